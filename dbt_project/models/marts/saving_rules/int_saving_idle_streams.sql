with workers as (
    select
        connection,
        org_id,
        project_id,
        max(project_name) as project_name,
        resource_id,
        max(resource_name) as resource_name,
        resource_type,
        pricing_currency,
        max(window_from) as window_from,
        max(window_to) as window_to,
        max(data_through) as data_through,
        max(billed_days) as stream_days,
        sum(cost_cents) as stream_cents,
        max(last_day) as last_day
    from {{ ref('int_saving_costs') }}
    where category = 'Stream Processing' and resource_type = 'stream_workspace'
    group by connection, org_id, project_id, resource_id, resource_type, pricing_currency
),

processors as (
    select
        project_id,
        count(*) as processors,
        count(*) filter (where state = 'STARTED') as started
    from {{ ref('stg_atlas__stream_processors') }}
    group by project_id
),

found as (
    select
        workers.*,
        processors.processors,
        processors.started,
        case
            when processors.started = 0
                then {{ month_of('workers.stream_cents', 'workers.stream_days') }}
        end as monthly_saving_cents
    from workers
    left join processors on workers.project_id = processors.project_id
    where
        workers.stream_days >= {{ saving_least_days() }}
        and workers.last_day >= {{ add_days('workers.data_through', -2) }}
        and (processors.started is null or processors.started = 0)
)

select
    {{ finding(
        'idle_streams', 'streams',
        summary="case when processors is null
            then resource_name || ': its processors cannot be read'
            else resource_name || ' is billed, and none of its processors runs' end",
        evidence_rows=[
            ("stream processing, as billed", "stream_cents", "cents"),
            ("days billed", "stream_days", "days"),
            ("processors", "processors", "processors"),
            ("processors that run", "started", "processors"),
        ],
        basis="'your invoices'",
        action="'In Atlas, ' || project_name || ' / Stream Processing: delete the workspace or its processors; no action of atlas-costs does.'",
        undo="'Create the workspace again.'",
        effort='low', risk='medium', confidence="'high'"
    ) }}
from found
