with sizes as (
    {{ instance_sizes() }}
),

clusters as (
    select
        clusters.*,
        sizes.instance_size as billed_size,
        sizes.smaller_size as other_size,
        sizes.smaller_gb,
        clusters.disk_gb = sizes.included_gb as has_included_disk
    from {{ ref('int_saving_clusters') }} as clusters
    inner join sizes on clusters.instance_size = sizes.instance_size
    where
        not clusters.is_paused
        and not clusters.is_autoscaled
        and sizes.smaller_size is not null
),

repriced as (
    {{ servers_repriced('clusters') }}
),

disks as (
    select * from {{ ref('int_saving_prices') }}
    where what = 'GB hour of disk'
),

judged as (
    select
        clusters.*,
        repriced.size_days,
        repriced.server_cents,
        repriced.other_cents,
        repriced.price_basis,
        disks.cents as disk_cents,
        {{ is_measured() }} as is_measured,
        {{ fits_smaller_tier() }} as fits,
        -- a disk larger than the smaller tier's own is charged in full
        clusters.has_included_disk and coalesce(clusters.used_gb < 0.7 * clusters.smaller_gb, false)
            as takes_smaller_disk
    from clusters
    inner join repriced on clusters.resource_id = repriced.resource_id
    left join disks
        on
            clusters.org_id = disks.org_id
            and clusters.pricing_currency = disks.pricing_currency
            and clusters.atlas_provider = disks.cloud_provider
    where repriced.size_days >= {{ saving_least_days() }}
),

found as (
    select
        *,
        case
            when not is_measured or fits is null then null
            when has_included_disk and not takes_smaller_disk
                then
                    {{ month_of('server_cents - other_cents', 'size_days') }}
                    - cast(round(disk_gb * nodes * 730 * disk_cents, 0) as bigint)
            else {{ month_of('server_cents - other_cents', 'size_days') }}
        end as monthly_saving_cents
    from judged
    where not is_measured or fits is null or fits
)

select
    {{ finding(
        'tier_down', 'servers',
        summary=known_if("is_measured and fits", "resource_name || ' is an ' || billed_size || ' that an ' || other_size || ' would hold'"),
        evidence_rows=measured_rows() + [
            ("servers of its tier, as billed", "server_cents", "cents"),
            ("the same hours in the smaller tier", "cast(other_cents as double)", "cents"),
            ("largest use of the disk", "used_gb", "GB"),
        ],
        basis="coalesce(price_basis, 'no invoice has a price of the smaller tier')",
        action=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"), ("instance_size", "other_size"),
            ("disk_gb", "cast(cast(case when takes_smaller_disk then smaller_gb else disk_gb end as integer) as string)"),
        ]),
        undo=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"), ("instance_size", "billed_size"),
            ("disk_gb", "cast(cast(disk_gb as integer) as string)"),
        ]),
        effort='low', risk='medium', confidence="'high'"
    ) }}
from found
