with endpoints as (
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
        max(billed_days) as endpoint_days,
        sum(cost_cents) as endpoint_cents,
        sum(quantity) as endpoint_hours,
        max(last_day) as last_day
    from {{ ref('int_saving_costs') }}
    where category = 'Private endpoint'
    group by connection, org_id, project_id, resource_id, resource_type, pricing_currency
),

running as (
    select
        project_id,
        max(last_day) as running_until
    from {{ ref('int_saving_costs') }}
    where category = 'Dedicated instance'
    group by project_id
),

found as (
    select
        endpoints.*,
        running.running_until,
        -- whether anything is connected to one is not read; without a cluster nothing can be
        case
            when
                running.running_until is null
                or running.running_until < {{ add_days('endpoints.data_through', -2) }}
                then {{ month_of('endpoints.endpoint_cents', 'endpoints.endpoint_days') }}
        end as monthly_saving_cents
    from endpoints
    left join running on endpoints.project_id = running.project_id
    where
        endpoints.endpoint_days >= {{ saving_least_days() }}
        and endpoints.last_day >= {{ add_days('endpoints.data_through', -4) }}
)

select
    {{ finding(
        'idle_endpoints', 'endpoints',
        summary="case when monthly_saving_cents is null
            then 'Private endpoints of ' || project_name || ': whether they are used is not known'
            else 'Private endpoints of ' || project_name || ' lead to no running cluster' end",
        evidence_rows=[
            ("private endpoints, as billed", "endpoint_cents", "cents"),
            ("hours of endpoints", "cast(endpoint_hours as double)", "hours"),
            ("last day with a running cluster", "cast(running_until as string)", "day"),
        ],
        basis="'your invoices'",
        action="'In Atlas, ' || project_name || ' / Network access / Private endpoint: remove those without a connection; no action of atlas-costs does.'",
        undo="'Create the endpoint again; its address is another one then.'",
        effort='low', risk='medium', confidence="'high'"
    ) }}
from found
