with source as (
    select * from {{ source('atlas', 'data_federation') }}
),

renamed as (
    select
        coalesce(nullif(groupId, ''), {{ scope_project('_scope') }}) as project_id,
        nullif(name, '') as federation_name,
        nullif(state, '') as state,
        nullif({{ json_text('dataProcessRegion', 'cloudProvider') }}, '') as provider,
        nullif({{ json_text('dataProcessRegion', 'region') }}, '') as atlas_region,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- two connections may reach the same instance
    qualify row_number() over (
        partition by coalesce(nullif(groupId, ''), {{ scope_project('_scope') }}), nullif(name, '')
        order by _landed_at desc, _connection asc
    ) = 1
)

select * from renamed
