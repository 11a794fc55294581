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
        lag(instance_size) over as_billed as old_size,
        lag(regions) over as_billed as old_regions,
        lag(nodes) over as_billed as old_nodes,
        lag(paused) over as_billed as old_paused,
        lag(instance_size) over of_cluster as former_size,
        coalesce(lag(billed_as) over of_cluster != billed_as, false) as is_upgrade,
        row_number() over as_billed = 1 as is_first,
        lead(valid_from) over as_billed is null as is_last,
        coalesce(seen_in, '') = 'bill' as is_billed,
        billed_as = cluster_id as is_latest,
        first_value(billed_as) over of_cluster = billed_as as is_earliest
    from history
    window
        as_billed as (partition by billed_as, seen_in order by valid_from),
        of_cluster as (partition by cluster_id order by valid_from)
),

events as (
    select
        compared.*,
        'created' as event,
        coalesce(clusters.created_at, compared.valid_from) as at,
        cast(null as string) as before,
        compared.instance_size as after
    from compared
    left join clusters on compared.billed_as = clusters.cluster_id
    left join begins on compared.org_id = begins.org_id
    where
        compared.is_first
        and compared.is_earliest
        and case
            when compared.is_billed
                then clusters.created_at is null and compared.valid_from > begins.costs_begin
            else clusters.created_at is not null
        end
    union all
    -- another id with the same history: Atlas made it dedicated in place
    select
        compared.*,
        'tier changed' as event,
        valid_from as at,
        former_size as before,
        instance_size as after
    from compared
    where is_upgrade
    {%- for event, column, old in [
        ('tier changed', 'instance_size', 'old_size'),
        ('region changed', 'regions', 'old_regions'),
        ('nodes changed', 'nodes', 'old_nodes'),
    ] %}
        union all
        select
            compared.*,
            '{{ event }}' as event,
            valid_from as at,
            cast({{ old }} as string) as before,
            cast({{ column }} as string) as after
        from compared
        where not is_first and {{ old }} is distinct from {{ column }}
    {%- endfor %}
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
        cast(null as string) as after
    from compared
    left join clusters on compared.billed_as = clusters.cluster_id
    where
        compared.is_last
        and compared.is_latest
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
        events.billed_as,
        events.connection
    from events
    order by events.at, events.cluster_id, events.event
)

select * from final
