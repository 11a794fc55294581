with costs as (
    select
        resource_id,
        max(observed_days) as observed_days,
        sum(cost_cents) as cost_cents,
        coalesce(sum(cost_cents) filter (where service = 'Storage'), 0) as disk_cents,
        count(*) filter (where category = 'Dedicated instance' and billed_days > 0) as running_lines
    from {{ ref('int_saving_costs') }}
    group by resource_id
),

found as (
    select
        clusters.*,
        costs.observed_days,
        costs.cost_cents,
        costs.disk_cents,
        {{ month_of('costs.cost_cents', 'costs.observed_days') }} as monthly_saving_cents
    from {{ ref('int_saving_clusters') }} as clusters
    inner join costs on clusters.resource_id = costs.resource_id
    where clusters.is_paused and costs.running_lines = 0 and costs.observed_days >= 30
)

select
    {{ finding(
        'long_paused', 'cluster',
        summary="resource_name || ' has been paused for a month and still costs its disks'",
        evidence_rows=[
            ("all of it while paused, as billed", "cost_cents", "cents"),
            ("its disks, as billed", "disk_cents", "cents"),
            ("days paused", "observed_days", "days"),
            ("disk of each node", "disk_gb", "GB"),
        ],
        basis="'your invoices'",
        action="'Keep a snapshot (' || " ~ command("resume_cluster", [
            ("project", "project_name"), ("name", "resource_name"),
        ]) ~ " || ', ' || " ~ command("create_snapshot", [
            ("project", "project_name"), ("cluster", "resource_name"), ("retention_days", "'365'"),
            ("wait", "'true'"),
        ]) ~ " || '), then ' || " ~ command("delete_cluster", [
            ("project", "project_name"), ("name", "resource_name"), ("confirm", "resource_name"),
            ("retain_backups", "'true'"),
        ]),
        undo="'Restore the snapshot into a new cluster.'",
        effort='medium', risk='high', confidence="'high'"
    ) }}
from found
