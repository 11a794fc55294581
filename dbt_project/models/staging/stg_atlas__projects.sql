with source as (
    select * from {{ source('atlas', 'projects') }}
),

renamed as (
    select
        id as project_id,
        nullif(orgId, '') as org_id,
        nullif(name, '') as project_name,
        clusterCount as cluster_count,
        {{ tags_from_list('tags') }} as tags,
        created as created_at,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- two connections may reach the same project
    qualify row_number() over (partition by id order by _landed_at desc, _connection asc) = 1
)

select * from renamed
