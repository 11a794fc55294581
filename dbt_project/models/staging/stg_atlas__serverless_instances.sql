with source as (
    select * from {{ source('atlas', 'serverless_instances') }}
),

renamed as (
    select
        id as cluster_id,
        nullif(groupId, '') as project_id,
        nullif(name, '') as cluster_name,
        nullif(stateName, '') as state,
        nullif(mongoDBVersion, '') as mongodb_version,
        {{ tags_from_list('tags') }} as tags,
        cast(
            {{ json_text('serverlessBackupOptions', 'serverlessContinuousBackupEnabled') }}
            as boolean
        ) as pit_enabled,
        terminationProtectionEnabled as termination_protection,
        createDate as created_at,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- two connections may reach the same instance
    qualify row_number() over (partition by id order by _landed_at desc, _connection asc) = 1
)

select * from renamed
