with sizes as (
    {{ instance_sizes() }}
),

autoscaled as (
    select
        clusters.*,
        sizes.smaller_size,
        clusters.largest_size is null or not clusters.scales_down as is_unbounded
    from {{ ref('int_saving_clusters') }} as clusters
    left join sizes on clusters.smallest_size = sizes.instance_size
    where clusters.is_autoscaled and not clusters.is_paused
),

-- without a limit: what servers above the smallest size cost more than it would have
above as (
    select distinct
        autoscaled.resource_id,
        costs.instance_size as billed_size,
        autoscaled.smallest_size as other_size
    from autoscaled
    inner join {{ ref('int_saving_costs') }} as costs
        on
            autoscaled.resource_id = costs.resource_id
            and costs.category = 'Dedicated instance'
            and autoscaled.smallest_size != costs.instance_size
    where autoscaled.is_unbounded
),

-- with one: what the smallest size costs more than the next smaller
lowest as (
    select
        resource_id,
        smallest_size as billed_size,
        smaller_size as other_size
    from autoscaled
    where not is_unbounded and smaller_size is not null
),

repriced as (
    {{ servers_repriced('above') }}
    union all
    {{ servers_repriced('lowest') }}
),

days as (
    select
        resource_id,
        max(observed_days) as observed_days
    from {{ ref('int_saving_costs') }}
    group by resource_id
),

judged as (
    select
        autoscaled.*,
        repriced.server_cents,
        repriced.other_cents,
        repriced.other_size,
        repriced.price_basis,
        days.observed_days,
        {{ is_measured() }} as is_measured,
        {{ fits_smaller_tier() }} as fits
    from autoscaled
    inner join repriced on autoscaled.resource_id = repriced.resource_id
    inner join days on autoscaled.resource_id = days.resource_id
    where days.observed_days >= {{ saving_least_days() }}
),

found as (
    select
        *,
        case
            when is_unbounded then {{ month_of('server_cents - other_cents') }}
            when is_measured and fits then {{ month_of('server_cents - other_cents') }}
        end as monthly_saving_cents
    from judged
    where is_unbounded or not is_measured or fits is null or fits
)

select
    {{ finding(
        'autoscaling_bounds', 'servers',
        summary=known_if("is_unbounded or is_measured and fits", "case when is_unbounded
            then resource_name || ' scales up without a limit, or never down'
            else resource_name || ' never scales below ' || smallest_size || ', which it does not need'
            end"),
        evidence_rows=measured_rows() + [
            ("smallest size", "smallest_size", "tier"),
            ("largest size", "largest_size", "tier"),
            ("scales down", "cast(scales_down as string)", "setting"),
            ("servers that could be smaller, as billed", "server_cents", "cents"),
            ("the same hours in the smaller size", "cast(other_cents as double)", "cents"),
        ],
        basis="coalesce(price_basis, 'no invoice has a price of the smaller size')",
        action=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"),
            ("replication_specs", region_spec(
                "'autoScaling: {compute: {enabled: true, scaleDownEnabled: true, minInstanceSize: '
                || other_size || ', maxInstanceSize: '
                || coalesce(largest_size, smallest_size) || '}}'"
            )),
        ]),
        undo=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"),
            ("replication_specs", region_spec(
                "'autoScaling: {compute: {enabled: true, scaleDownEnabled: '
                || cast(scales_down as string) || ', minInstanceSize: ' || smallest_size
                || ', maxInstanceSize: ' || coalesce(largest_size, 'M300') || '}}'"
            )),
        ]),
        effort='low', risk='medium', confidence="case when is_unbounded then 'medium' else 'high' end"
    ) }}
from found
