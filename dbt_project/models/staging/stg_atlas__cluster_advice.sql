with source as (
    select * from {{ source('atlas', 'advice') }}
),

-- two connections may reach the same cluster
newest as (
    select
        *,
        max(_landed_at) over (partition by groupId, clusterName, kind) as newest_landed_at,
        min(_connection) over (partition by groupId, clusterName, kind, _landed_at)
            as first_connection
    from source
),

renamed as (
    select
        groupId as project_id,
        clusterName as cluster_name,
        kind,
        _document as document,
        _connection as connection,
        _landed_at as landed_at
    from newest
    where _landed_at = newest_landed_at and _connection = first_connection
)

select * from renamed
