with backed_up as (
    select
        *,
        case when is_production then 400 else 35 end as kept_days
    from {{ ref('int_saving_clusters') }}
    where backup_enabled
),

clusters as (
    select
        *,
        {{ add_days('data_through', '-kept_days') }} as kept_from
    from backed_up
),

costs as (
    select
        resource_id,
        max(billed_days) as backup_days,
        sum(cost_cents) as backup_cents
    from {{ ref('int_saving_costs') }}
    where category = 'Backup snapshot' and billed_days > 0
    group by resource_id
),

snapshots as (
    select
        clusters.resource_id,
        count(snapshots.snapshot_id) as snapshots,
        min(cast(snapshots.created_at as date)) as oldest_on,
        sum(snapshots.storage_bytes) as stored_bytes,
        count(snapshots.snapshot_id) filter (
            where cast(snapshots.created_at as date) < clusters.kept_from
        ) as old_snapshots,
        coalesce(sum(snapshots.storage_bytes) filter (
            where cast(snapshots.created_at as date) < clusters.kept_from
        ), 0) as old_bytes
    from clusters
    left join {{ ref('backups') }} as snapshots
        on
            clusters.resource_id = snapshots.cluster_id
            and coalesce(snapshots.snapshot_type, '') != 'onDemand'
    group by clusters.resource_id
),

found as (
    select
        clusters.*,
        costs.backup_days,
        costs.backup_cents,
        snapshots.snapshots,
        snapshots.oldest_on,
        snapshots.stored_bytes,
        snapshots.old_snapshots,
        snapshots.old_bytes,
        -- by size, because a bill does not tell one snapshot from another
        case
            when snapshots.stored_bytes > 0 and clusters.environment is not null
                then
                    {{ month_of(
                        'costs.backup_cents * snapshots.old_bytes / snapshots.stored_bytes',
                        'costs.backup_days'
                    ) }}
        end as monthly_saving_cents
    from clusters
    inner join costs on clusters.resource_id = costs.resource_id
    inner join snapshots on clusters.resource_id = snapshots.resource_id
    where
        costs.backup_days >= {{ saving_least_days() }}
        and (snapshots.snapshots = 0 or snapshots.old_snapshots > 0)
)

select
    {{ finding(
        'long_retention', 'backups',
        summary="resource_name || ' keeps snapshots for longer than ' || kept_days || ' days'",
        evidence_rows=[
            ("environment", "environment", "tag"),
            ("snapshots", "snapshots", "snapshots"),
            ("snapshots older than that", "old_snapshots", "snapshots"),
            ("oldest snapshot", "cast(oldest_on as string)", "day"),
            ("all snapshots", "stored_bytes", "bytes"),
            ("snapshots older than that, together", "old_bytes", "bytes"),
            ("snapshots, as billed", "backup_cents", "cents"),
        ],
        basis="'your invoices, by the share of older snapshots'",
        action="'In Atlas, ' || resource_name || ' / Backup / Backup policy: keep no snapshot for more than '
            || kept_days || ' days; no action of atlas-costs changes a policy. Older ones: '
            || " ~ command("delete_snapshot", [
            ("project", "project_name"), ("cluster", "resource_name"), ("snapshot_id", "'…'"),
            ("confirm", "resource_name"),
        ]),
        undo="'A policy can be set back; a deleted snapshot cannot be restored.'",
        effort='medium', risk='medium', confidence="'medium'"
    ) }}
from found
