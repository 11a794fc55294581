with clusters as (
    select * from {{ ref('stg_atlas__clusters_seen') }}
),

dated as (
    select
        cluster_id,
        project_id,
        cluster_name,
        resource_type,
        created_at,
        coalesce(cast(created_at as date), date '1970-01-01') as valid_from
    from clusters
),

generations as (
    select
        cluster_id,
        project_id,
        cluster_name,
        resource_type,
        valid_from,
        coalesce(
            lead(valid_from) over (
                partition by project_id, cluster_name
                order by created_at asc nulls first, cluster_id asc
            ),
            date '9999-12-31'
        ) as valid_to
    from dated
)

select * from generations
