with sizes as (
    {{ instance_sizes() }}
),

periods as (
    select
        cluster_id,
        instance_size,
        valid_from,
        is_current,
        lag(instance_size) over (partition by cluster_id order by valid_from) as size_before
    from {{ ref('dim_clusters_history') }}
),

-- the change that brought a cluster the size it has
changed as (
    select
        cluster_id,
        max_by(size_before, valid_from) as size_before,
        max_by(instance_size, valid_from) as size_since,
        max(valid_from) as scaled_at
    from periods
    where size_before is not null and size_before != instance_size
    group by cluster_id
),

clusters as (
    select
        clusters.*,
        changed.scaled_at,
        changed.size_since as billed_size,
        changed.size_before as other_size
    from {{ ref('int_saving_clusters') }} as clusters
    inner join changed
        on
            clusters.resource_id = changed.cluster_id
            and clusters.instance_size = changed.size_since
    inner join sizes as since on changed.size_since = since.instance_size
    inner join sizes as earlier on changed.size_before = earlier.instance_size
    where
        not clusters.is_paused
        and not clusters.is_autoscaled
        and since.size_number > earlier.size_number
        -- a month to settle, and not so long ago that nobody remembers what it was
        and cast(changed.scaled_at as date) <= {{ add_days('clusters.data_through', -30) }}
        and cast(changed.scaled_at as date) > {{ add_days('clusters.data_through', -365) }}
),

repriced as (
    {{ servers_repriced('clusters') }}
),

judged as (
    select
        clusters.*,
        repriced.size_days,
        repriced.server_cents,
        repriced.other_cents,
        repriced.price_basis,
        {{ is_measured() }} as is_measured,
        {{ fits_smaller_tier() }} as fits
    from clusters
    inner join repriced on clusters.resource_id = repriced.resource_id
    where repriced.size_days >= {{ saving_least_days() }}
),

found as (
    select
        *,
        {{ month_of('server_cents - other_cents', 'size_days') }} as monthly_saving_cents
    from judged
    where not is_measured or fits is null or fits
)

select
    {{ finding(
        'scaled_up', 'servers',
        summary="resource_name || ' was scaled up to ' || billed_size || ' and has stayed there'",
        evidence_rows=[
            ("scaled up on", "cast(cast(scaled_at as date) as string)", "day"),
            ("size before", "other_size", "tier"),
            ("size since", "billed_size", "tier"),
        ] + measured_rows() + [
            ("servers of its tier, as billed", "server_cents", "cents"),
            ("the same hours in the size before", "cast(other_cents as double)", "cents"),
        ],
        basis="coalesce(price_basis, 'no invoice has a price of the size before')",
        action=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"), ("instance_size", "other_size"),
        ]),
        undo=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"), ("instance_size", "billed_size"),
        ]),
        effort='low', risk='medium',
        confidence="case when is_measured and fits then 'high' else 'medium' end"
    ) }}
from found
