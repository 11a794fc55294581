with clusters as (
    {{ pausable_clusters() }}
),

-- servers are needed for 12 hours of 5 days in 7: 60 of 168
judged as (
    select
        *,
        nodes * 24 * observed_days as all_hours,
        least(cast(round(server_hours * 7 / (nodes * observed_days), 0) as integer), 168)
            as hours_a_week,
        nodes * 24 * observed_days * 60.0 / 168 as needed_hours,
        greatest(server_hours - nodes * 24 * observed_days * 60.0 / 168, 0) as spare_hours
    from clusters
    where environment is null or not is_production
),

found as (
    select
        *,
        case
            when environment is not null
                then
                    {{ month_of(
                        'server_cents * spare_hours / server_hours '
                        ~ '- coalesce(paused_hour_cents, 0) * spare_hours / nodes'
                    ) }}
        end as monthly_saving_cents
    from judged
    -- one that sleeps at nights, or at weekends and some nights, is left alone
    where spare_hours > 0.2 * needed_hours
)

select
    {{ finding(
        'out_of_hours', 'servers',
        summary="resource_name || coalesce(' (' || environment || ')', '') || ' runs '
            || cast(hours_a_week as string) || ' of 168 hours a week'
            || case when environment is null then ', and no tag says what it is for' else '' end",
        evidence_rows=[
            ("environment", "environment", "tag"),
            ("server hours, as billed", "cast(server_hours as double)", "hours"),
            ("server hours from 8 to 20 on working days", "round(cast(needed_hours as double), 1)", "hours"),
            ("its servers, as billed", "server_cents", "cents"),
            ("its disks for each hour of a pause", "cast(paused_hour_cents as double)", "cents"),
        ],
        basis="case when paused_hour_cents is null
            then 'your invoices; the price of its disks while paused is not known' else 'your invoices' end",
        action=schedules(),
        undo="'Take both schedules out of config/resources.yaml, and ' || " ~ command(
            "resume_cluster", [("project", "project_name"), ("name", "resource_name")]
        ),
        effort='low', risk='low',
        confidence="case when paused_hour_cents is null then 'medium' else 'high' end"
    ) }}
from found
