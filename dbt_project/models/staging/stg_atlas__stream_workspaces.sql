with source as (
    select * from {{ source('atlas', 'stream_workspaces') }}
),

renamed as (
    select
        id as stream_workspace_id,
        coalesce(nullif(groupId, ''), {{ scope_project('_scope') }}) as project_id,
        nullif(name, '') as workspace_name,
        nullif({{ json_text('dataProcessRegion', 'cloudProvider') }}, '') as provider,
        nullif({{ json_text('dataProcessRegion', 'region') }}, '') as atlas_region,
        nullif({{ json_text('streamConfig', 'tier') }}, '') as instance_size,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- two connections may reach the same workspace
    qualify row_number() over (partition by id order by _landed_at desc, _connection asc) = 1
)

select * from renamed
