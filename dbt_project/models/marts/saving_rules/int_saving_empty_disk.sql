{{ config(materialized='ephemeral') }}

with sizes as (
    {{ instance_sizes() }}
),

disks as (
    select
        resource_id,
        max(pricing_currency) as pricing_currency,
        max(billed_days) as disk_days,
        sum(cost_cents) as disk_cents
    from {{ ref('int_saving_costs') }}
    where service = 'Storage' and unit = 'GB hours' and billed_days > 0
    group by resource_id
),

judged as (
    select
        clusters.*,
        disks.disk_days,
        disks.disk_cents,
        {{ is_measured() }} as is_measured,
        -- twice what it holds, in tens, and never less than the tier's price includes
        case
            when clusters.used_gb is not null
                then
                    greatest(coalesce(sizes.included_gb, 10), 10 * ceil(clusters.used_gb / 5))
        end as target_gb,
        coalesce(sizes.included_gb, 0) as included_gb
    from {{ ref('int_saving_clusters') }} as clusters
    inner join disks on clusters.resource_id = disks.resource_id
    left join sizes on clusters.instance_size = sizes.instance_size
    where not clusters.is_paused and disks.disk_days >= {{ saving_least_days() }}
),

found as (
    select
        *,
        case
            when not is_measured or used_gb is null then null
            -- the disk that belongs to the tier is not charged
            when target_gb = included_gb then {{ month_of('disk_cents', 'disk_days') }}
            else {{ month_of('disk_cents * (1 - target_gb / disk_gb)', 'disk_days') }}
        end as monthly_saving_cents
    from judged
    where not is_measured or used_gb is null or target_gb <= 0.75 * disk_gb
)

select
    {{ finding(
        'empty_disk', 'disks',
        summary="resource_name || ' pays for disks that are mostly empty'",
        evidence_rows=measured_rows([("largest use of the disk", "used_gb", "GB")]) + [
            ("disk of each node", "disk_gb", "GB"),
            ("disk that leaves as much free as is used", "target_gb", "GB"),
            ("disks, as billed", "disk_cents", "cents"),
        ],
        basis="'your invoices'",
        action=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"),
            ("disk_gb", "coalesce(cast(cast(target_gb as integer) as varchar), '?')"),
        ]),
        undo=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"),
            ("disk_gb", "cast(cast(disk_gb as integer) as varchar)"),
        ]),
        effort='low', risk='medium', confidence="'high'"
    ) }}
from found
