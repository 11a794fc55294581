with source as (
    select * from {{ source('atlas', 'clusters_seen') }}
),

renamed as (
    select
        id as cluster_id,
        nullif(groupId, '') as project_id,
        nullif(name, '') as cluster_name,
        kind as resource_type,
        _gone_at is null as is_listed,
        createDate as created_at,
        _first_seen_at as first_seen_at,
        _gone_at as gone_at,
        _connection as connection
    from source
    -- a cluster that any connection still lists is listed
    qualify row_number() over (
        partition by id
        order by _gone_at desc nulls first, _first_seen_at desc, kind asc, _connection asc
    ) = 1
)

select * from renamed
