with history as (
    select * from {{ ref('dim_clusters_history') }}
),

clusters as (
    select * from {{ ref('dim_clusters') }}
),

-- what was there when the costs of its organization begin was not created then
begins as (
    select
        org_id,
        min(usage_date) as costs_begin
    from {{ ref('agg_cluster_days') }}
    group by org_id
),

compared as (
    select
        *,
        lag(instance_size) over same_cluster as old_size,
        lag(regions) over same_cluster as old_regions,
        lag(nodes) over same_cluster as old_nodes,
        lag(paused) over same_cluster as old_paused,
        row_number() over same_cluster = 1 as is_first,
        lead(valid_from) over same_cluster is null as is_last,
        coalesce(seen_in, '') = 'bill' as is_billed
    from history
    window same_cluster as (partition by cluster_id, seen_in order by valid_from)
),

events as (
    select
        compared.*,
        'created' as event,
        coalesce(clusters.created_at, compared.valid_from) as at,
        cast(null as varchar) as before,
        compared.instance_size as after
    from compared
    left join clusters on compared.cluster_id = clusters.cluster_id
    left join begins on compared.org_id = begins.org_id
    where
        compared.is_first
        and case
            when compared.is_billed
                then clusters.created_at is null and compared.valid_from > begins.costs_begin
            else clusters.created_at is not null
        end
    union all
    select
        compared.*,
        'tier changed' as event,
        valid_from as at,
        old_size as before,
        instance_size as after
    from compared
    where not is_first and old_size is distinct from instance_size
    union all
    select
        compared.*,
        'region changed' as event,
        valid_from as at,
        old_regions as before,
        regions as after
    from compared
    where not is_first and old_regions is distinct from regions
    union all
    select
        compared.*,
        'nodes changed' as event,
        valid_from as at,
        cast(old_nodes as varchar) as before,
        cast(nodes as varchar) as after
    from compared
    where not is_first and old_nodes is distinct from nodes
    union all
    select
        compared.*,
        case when paused then 'paused' else 'resumed' end as event,
        valid_from as at,
        case when paused then 'running' else 'paused' end as before,
        case when paused then 'paused' else 'running' end as after
    from compared
    where not is_first and coalesce(old_paused, false) != coalesce(paused, false)
    union all
    select
        compared.*,
        'deleted' as event,
        compared.valid_to as at,
        compared.instance_size as before,
        cast(null as varchar) as after
    from compared
    left join clusters on compared.cluster_id = clusters.cluster_id
    where
        compared.is_last
        and compared.valid_to is not null
        -- where the bill's periods end because the inventory's begin, nothing is gone
        and not (compared.is_billed and clusters.cluster_id is not null)
),

final as (
    select
        events.cluster_id as resource_id,
        events.cluster_name as resource_name,
        events.resource_type,
        events.project_id,
        events.project_name,
        events.org_id,
        events.event,
        events.at,
        events.before,
        events.after,
        events.seen_in,
        events.connection
    from events
    order by events.at, events.cluster_id, events.event
)

select * from final
