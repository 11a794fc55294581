with costs as (
    select
        resource_id,
        max(billed_days) filter (where category = 'Continuous (PIT)') as pit_days,
        sum(cost_cents) filter (where category = 'Continuous (PIT)') as pit_cents,
        sum(quantity) filter (where category = 'Backup snapshot') as snapshot_gb_days,
        max(billed_days) filter (where category = 'Backup snapshot') as snapshot_days
    from {{ ref('int_saving_costs') }}
    where service = 'Backup'
    group by resource_id
),

clusters as (
    select
        clusters.*,
        clusters.disk_gb * clusters.shards as shards_gb,
        costs.pit_days,
        costs.pit_cents,
        costs.snapshot_gb_days,
        costs.snapshot_days
    from {{ ref('int_saving_clusters') }} as clusters
    inner join costs on clusters.resource_id = costs.resource_id
),

-- what this organization keeps in snapshots for each GB of disk
stored as (
    select
        org_id,
        sum(snapshot_gb_days) / sum(shards_gb * snapshot_days) as stored_per_gb
    from clusters
    where snapshot_gb_days > 0 and not pit_enabled
    group by org_id
),

judged as (
    select
        clusters.*,
        prices.cents as snapshot_cents,
        -- where point-in-time backup takes the place of snapshots, they come back
        case
            when clusters.snapshot_gb_days > 0 then 0
            else clusters.shards_gb * coalesce(stored.stored_per_gb, 1) * clusters.pit_days
        end as new_gb_days
    from clusters
    left join stored on clusters.org_id = stored.org_id
    left join {{ ref('int_saving_prices') }} as prices
        on
            clusters.org_id = prices.org_id
            and clusters.pricing_currency = prices.pricing_currency
            and clusters.atlas_provider = prices.cloud_provider
            and prices.what = 'GB day of snapshots'
    where clusters.pit_days >= {{ saving_least_days() }}
),

found as (
    select
        *,
        case
            when environment is null then null
            when new_gb_days = 0 then {{ month_of('pit_cents', 'pit_days') }}
            else {{ month_of('pit_cents - new_gb_days * snapshot_cents', 'pit_days') }}
        end as monthly_saving_cents
    from judged
    where pit_enabled and (environment is null or not is_production)
)

select
    {{ finding(
        'point_in_time', 'backups',
        summary="resource_name || ' keeps point-in-time backups, and '
            || coalesce('is ' || environment, 'no tag says what it is for')",
        evidence_rows=[
            ("environment", "environment", "tag"),
            ("days billed", "pit_days", "days"),
            ("point-in-time backup, as billed", "pit_cents", "cents"),
            ("snapshots that take its place", "cast(new_gb_days * snapshot_cents as double)", "cents"),
        ],
        basis="case when new_gb_days > 0 and snapshot_cents is null
            then 'no invoice has a price of snapshots' else 'your invoices' end",
        action=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"), ("pit_enabled", "'false'"),
        ]),
        undo=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"), ("pit_enabled", "'true'"),
        ]),
        effort='low', risk='medium', confidence="'high'"
    ) }}
from found
