with clusters as (
    {{ pausable_clusters() }}
),

judged as (
    select
        *,
        {{ is_measured() }} as is_measured,
        -- what Atlas's own monitoring opens is no use
        connections <= 20 and operations < 1 as is_idle
    from clusters
    where not is_paused and environment is not null and not is_production
),

found as (
    select
        *,
        case
            when is_measured and is_idle
                then
                    {{ month_of('server_cents') }}
                    - cast(round(730 * coalesce(paused_hour_cents, 0), 0) as bigint)
        end as monthly_saving_cents
    from judged
    where not is_measured or is_idle is null or is_idle
)

select
    {{ finding(
        'idle_cluster', 'servers',
        summary=known_if("is_measured and is_idle", "resource_name || ' (' || environment || ') runs and nobody uses it'"),
        evidence_rows=measured_rows([
            ("most connections to a node in an hour", "connections", "connections"),
            ("most operations of a node in an hour", "operations", "per second"),
        ]) + [
            ("environment", "environment", "tag"),
            ("its servers, as billed", "server_cents", "cents"),
            ("its disks while paused", "cast(730 * paused_hour_cents as double)", "cents a month"),
        ],
        basis="case when paused_hour_cents is null
            then 'your invoices; the price of its disks while paused is not known' else 'your invoices' end",
        action=command("pause_cluster", [("project", "project_name"), ("name", "resource_name")]),
        undo=command("resume_cluster", [("project", "project_name"), ("name", "resource_name")]),
        effort='low', risk='low',
        confidence="case when paused_hour_cents is null then 'medium' else 'high' end"
    ) }}
from found
