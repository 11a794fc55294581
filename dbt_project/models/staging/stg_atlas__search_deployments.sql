with source as (
    select * from {{ source('atlas', 'search_deployments') }}
),

renamed as (
    select
        id as search_deployment_id,
        coalesce(nullif(groupId, ''), {{ scope_project('_scope') }}) as project_id,
        {{ scope_name('_scope') }} as cluster_name,
        nullif(stateName, '') as state,
        {{ search_specs('specs', 'effectiveSpecs') }} as specs,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- two connections may reach the same cluster, which has one deployment at a time
    qualify row_number() over (partition by _scope order by _landed_at desc, _connection asc) = 1
)

select * from renamed
