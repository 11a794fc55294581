{{ config(meta={'dagster': {'ref': {'name': 'agg_costs_daily'}}}) }}
-- A dimension of the daily aggregate whose null no group kept: its costs would leave every page.
with lines as (
    select
        org_id,
        service,
        charge_type,
        count(*) as line_items,
        sum(cost_cents) as cents
    from {{ ref('fct_line_items') }}
    group by org_id, service, charge_type
),

agg_costs_daily as (
    select
        org_id,
        service,
        charge_type,
        sum(line_items) as line_items,
        sum(cost_cents) as cents
    from {{ ref('agg_costs_daily') }}
    group by org_id, service, charge_type
)

select
    coalesce(lines.org_id, agg_costs_daily.org_id) as org_id,
    coalesce(lines.service, agg_costs_daily.service) as service,
    coalesce(lines.charge_type, agg_costs_daily.charge_type) as charge_type,
    lines.cents,
    agg_costs_daily.cents as aggregate_cents
from lines
full outer join agg_costs_daily
    on
        lines.org_id is not distinct from agg_costs_daily.org_id
        and lines.service is not distinct from agg_costs_daily.service
        and lines.charge_type is not distinct from agg_costs_daily.charge_type
where
    lines.cents is distinct from agg_costs_daily.cents
    or lines.line_items is distinct from agg_costs_daily.line_items
