with history as (
    select * from {{ ref('dim_clusters_history') }}
),

clusters as (
    select * from {{ ref('dim_clusters') }}
),

compared as (
    select
        *,
        lag(instance_size) over same_cluster as old_size,
        lag(regions) over same_cluster as old_regions,
        lag(nodes) over same_cluster as old_nodes,
        lag(paused) over same_cluster as old_paused,
        row_number() over same_cluster = 1 as is_first,
        lead(valid_from) over same_cluster is null as is_last
    from history
    window same_cluster as (partition by cluster_id order by valid_from)
),

events as (
    select
        compared.cluster_id,
        'created' as event,
        clusters.created_at as at,
        cast(null as varchar) as before,
        compared.instance_size as after
    from compared
    inner join clusters on compared.cluster_id = clusters.cluster_id
    where compared.is_first and clusters.created_at is not null
    union all
    select
        cluster_id,
        'tier changed' as event,
        valid_from as at,
        old_size as before,
        instance_size as after
    from compared
    where not is_first and old_size is distinct from instance_size
    union all
    select
        cluster_id,
        'region changed' as event,
        valid_from as at,
        old_regions as before,
        regions as after
    from compared
    where not is_first and old_regions is distinct from regions
    union all
    select
        cluster_id,
        'nodes changed' as event,
        valid_from as at,
        cast(old_nodes as varchar) as before,
        cast(nodes as varchar) as after
    from compared
    where not is_first and old_nodes is distinct from nodes
    union all
    select
        cluster_id,
        case when paused then 'paused' else 'resumed' end as event,
        valid_from as at,
        case when paused then 'running' else 'paused' end as before,
        case when paused then 'paused' else 'running' end as after
    from compared
    where not is_first and coalesce(old_paused, false) != coalesce(paused, false)
    union all
    select
        cluster_id,
        'deleted' as event,
        valid_to as at,
        instance_size as before,
        cast(null as varchar) as after
    from compared
    where is_last and valid_to is not null
),

final as (
    select
        events.cluster_id as resource_id,
        clusters.cluster_name as resource_name,
        clusters.resource_type,
        clusters.project_id,
        clusters.project_name,
        clusters.org_id,
        events.event,
        events.at,
        events.before,
        events.after,
        clusters.connection
    from events
    inner join clusters on events.cluster_id = clusters.cluster_id
    order by events.at, events.cluster_id, events.event
)

select * from final
