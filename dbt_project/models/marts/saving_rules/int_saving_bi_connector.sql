with costs as (
    select
        resource_id,
        max(billed_days) as connector_days,
        sum(cost_cents) as connector_cents,
        max(last_day) as last_day
    from {{ ref('int_saving_costs') }}
    where category = 'BI Connector' and billed_days > 0
    group by resource_id
),

found as (
    select
        clusters.*,
        costs.connector_days,
        costs.connector_cents,
        {{ month_of('costs.connector_cents', 'costs.connector_days') }} as monthly_saving_cents
    from {{ ref('int_saving_clusters') }} as clusters
    inner join costs on clusters.resource_id = costs.resource_id
    where costs.connector_days >= {{ saving_least_days() }} and clusters.has_bi_connector
)

select
    {{ finding(
        'bi_connector', 'connector',
        summary="resource_name || ' runs the BI Connector, which MongoDB retires'",
        evidence_rows=[
            ("BI Connector, as billed", "connector_cents", "cents"),
            ("days billed", "connector_days", "days"),
            ("BI Connector", "'enabled'", "setting"),
            ("queries through it", "cast(null as string)", "not measured by Atlas"),
        ],
        basis="'your invoices'",
        action="'In Atlas, ' || resource_name || ' / Edit configuration / Additional settings: BI Connector off; no action of atlas-costs does. Its successor is the Atlas SQL interface.'",
        undo="'BI Connector on, in the same place.'",
        effort='medium', risk='medium', confidence="'medium'"
    ) }}
from found
