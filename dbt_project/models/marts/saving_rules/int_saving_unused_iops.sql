with disks as (
    select
        resource_id,
        max(org_id) as org_id,
        max(pricing_currency) as pricing_currency,
        max(cloud_provider) as cloud_provider,
        max(billed_days) as disk_days,
        sum(cost_cents) as disk_cents,
        coalesce(sum(quantity) filter (where unit = 'GB hours'), 0) as gb_hours
    from {{ ref('int_saving_costs') }}
    where
        service = 'Storage'
        and billed_days > 0
        and {{ matches('sku', "'STORAGE_PROVISIONED|IOPS'") }}
    group by resource_id
),

prices as (
    select * from {{ ref('int_saving_prices') }}
    where what = 'GB hour of disk'
),

judged as (
    select
        clusters.*,
        disks.disk_days,
        disks.disk_cents,
        disks.gb_hours,
        prices.cents as standard_cents,
        {{ is_measured() }} as is_measured
    from {{ ref('int_saving_clusters') }} as clusters
    inner join disks on clusters.resource_id = disks.resource_id
    left join prices
        on
            disks.org_id = prices.org_id
            and disks.pricing_currency = prices.pricing_currency
            and disks.cloud_provider = prices.cloud_provider
    where not clusters.is_paused and disks.disk_days >= {{ saving_least_days() }}
),

found as (
    select
        *,
        case
            when not is_measured or iops_p95 is null then null
            when gb_hours = 0 then {{ month_of('disk_cents', 'disk_days') }}
            else {{ month_of('disk_cents - gb_hours * standard_cents', 'disk_days') }}
        end as monthly_saving_cents
    from judged
    -- half of what a standard disk does
    where not is_measured or iops_p95 is null or iops_p95 < 1500
)

select
    {{ finding(
        'unused_iops', 'disks',
        summary=known_if("is_measured and iops_p95 is not null", "resource_name || ' pays for disk speed that it does not use'"),
        evidence_rows=measured_rows([
            ("disk operations, 95th percentile of hourly maxima", "iops_p95", "per second"),
        ]) + [
            ("disk operations paid for", "disk_iops", "per second"),
            ("disks and their speed, as billed", "disk_cents", "cents"),
            ("the same in standard disks", "cast(gb_hours * standard_cents as double)", "cents"),
        ],
        basis="case when standard_cents is null and gb_hours > 0
            then 'no invoice has a price of a standard disk' else 'your invoices' end",
        action=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"),
            ("replication_specs", region_spec("'electableSpecs: {ebsVolumeType: STANDARD}'")),
        ]),
        undo=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"),
            ("replication_specs", region_spec(
                "'electableSpecs: {ebsVolumeType: PROVISIONED, diskIOPS: '
                || coalesce(cast(cast(disk_iops as integer) as string), '?') || '}'"
            )),
        ]),
        effort='low', risk='medium', confidence="'high'"
    ) }}
from found
