with costs as (
    select
        connection,
        org_id,
        project_id,
        max(project_name) as project_name,
        resource_id,
        max(cluster_name) as resource_name,
        'cluster' as resource_type,
        pricing_currency,
        max(data_through) as data_through,
        max(window_from) as window_from,
        max(window_to) as window_to,
        max(last_day) filter (where service = 'Backup') as backup_until,
        max(last_day) filter (where service != 'Backup') as cluster_until,
        max(billed_days) filter (where service = 'Backup') as backup_days,
        sum(cost_cents) filter (where service = 'Backup') as backup_cents
    from {{ ref('int_saving_costs') }}
    where resource_type = 'cluster'
    group by connection, org_id, project_id, resource_id, pricing_currency
),

found as (
    select
        costs.*,
        resources.listing_status,
        case
            when resources.listing_status = 'billed_not_listed'
                then {{ month_of('costs.backup_cents', 'costs.backup_days') }}
        end as monthly_saving_cents
    from costs
    inner join {{ ref('active_resources') }} as resources
        on costs.resource_id = resources.resource_id
    where
        costs.backup_days >= {{ saving_least_days() }}
        -- backups post later than what else a cluster costs
        and costs.backup_until >= {{ add_days('costs.data_through', -4) }}
        and (
            costs.cluster_until is null
            or costs.cluster_until < {{ add_days('costs.data_through', -2) }}
        )
        and resources.listing_status in ('billed_not_listed', 'no_project_access')
)

select
    {{ finding(
        'orphaned_snapshots', 'backups',
        summary="'Snapshots of ' || coalesce(resource_name, resource_id) || ' are billed, and it is gone'",
        evidence_rows=[
            ("last day of anything but backups", "cast(cluster_until as string)", "day"),
            ("last day of backups", "cast(backup_until as string)", "day"),
            ("days billed", "backup_days", "days"),
            ("backups, as billed", "backup_cents", "cents"),
            ("how Atlas lists the cluster", "listing_status", "status"),
        ],
        basis="'your invoices'",
        action=command("list_snapshots", [
            ("project", "project_name"), ("cluster", "resource_name"),
        ], apply=false) ~ " || ', then for each that is not needed: ' || " ~ command("delete_snapshot", [
            ("project", "project_name"), ("cluster", "resource_name"), ("snapshot_id", "'…'"),
            ("confirm", "resource_name"),
        ]),
        undo="'A deleted snapshot cannot be restored.'",
        effort='low', risk='high', confidence="'high'"
    ) }}
from found
