with clusters as (
    select
        *,
        instance_size as billed_size,
        instance_size || '_LOW_CPU' as other_size
    from {{ ref('int_saving_clusters') }}
    where
        not is_paused
        and not is_autoscaled
        and instance_size in ('M40', 'M50', 'M60', 'M80', 'M200', 'M300')
        and atlas_provider in ('AWS', 'GCP')
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
        cpu_p95 < 20 and memory_free_p5 <= 40 as fits
    from clusters
    inner join repriced on clusters.resource_id = repriced.resource_id
    where repriced.size_days >= {{ saving_least_days() }}
),

found as (
    select
        *,
        case
            when is_measured and fits
                then {{ month_of('server_cents - other_cents', 'size_days') }}
        end as monthly_saving_cents
    from judged
    where not is_measured or fits is null or fits
)

select
    {{ finding(
        'low_cpu_class', 'servers',
        summary=known_if("is_measured and fits", "resource_name || ' needs its memory and not its CPU: ' || other_size || ' has both'"),
        evidence_rows=measured_rows() + [
            ("servers of its tier, as billed", "server_cents", "cents"),
            ("the same hours in the Low-CPU class", "cast(other_cents as double)", "cents"),
        ],
        basis="coalesce(price_basis, 'no invoice has a price of the Low-CPU class')",
        action=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"), ("instance_size", "other_size"),
        ]),
        undo=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"), ("instance_size", "billed_size"),
        ]),
        effort='low', risk='medium', confidence="'medium'"
    ) }}
from found
