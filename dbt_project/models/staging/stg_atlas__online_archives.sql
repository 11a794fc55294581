with source as (
    select * from {{ source('atlas', 'online_archives') }}
),

renamed as (
    select
        id as archive_id,
        coalesce(nullif(groupId, ''), {{ scope_project('_scope') }}) as project_id,
        coalesce(nullif(clusterName, ''), {{ scope_name('_scope') }}) as cluster_name,
        nullif(dbName, '') as database_name,
        nullif(collName, '') as collection_name,
        nullif(collectionType, '') as collection_type,
        nullif(state, '') as state,
        nullif({{ json_text('dataProcessRegion', 'cloudProvider') }}, '') as provider,
        nullif({{ json_text('dataProcessRegion', 'region') }}, '') as atlas_region,
        nullif({{ json_text('criteria', 'type') }}, '') as criteria_type,
        try_cast({{ json_text('criteria', 'expireAfterDays') }} as bigint) as archive_after_days,
        try_cast({{ json_text('dataExpirationRule', 'expireAfterDays') }} as bigint)
            as delete_after_days,
        paused as is_paused,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- two connections may reach the same archive
    qualify row_number() over (partition by id order by _landed_at desc, _connection asc) = 1
)

select * from renamed
