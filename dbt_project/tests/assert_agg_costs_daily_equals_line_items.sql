{{ config(meta={'dagster': {'ref': {'name': 'agg_costs_daily'}}}) }}
-- A dimension of the daily aggregate whose null no group kept: its costs would leave every page.
with lines as (
    select
        invoice_id,
        service,
        charge_type,
        count(*) as line_items,
        sum(cost_cents) as cents
    from {{ ref('fct_line_items') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
    group by invoice_id, service, charge_type
),

agg_costs_daily as (
    select
        invoice_id,
        service,
        charge_type,
        sum(line_items) as line_items,
        sum(cost_cents) as cents
    from {{ ref('agg_costs_daily') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
    group by invoice_id, service, charge_type
)

select
    coalesce(lines.invoice_id, agg_costs_daily.invoice_id) as invoice_id,
    coalesce(lines.service, agg_costs_daily.service) as service,
    coalesce(lines.charge_type, agg_costs_daily.charge_type) as charge_type,
    lines.cents,
    agg_costs_daily.cents as aggregate_cents
from lines
full outer join agg_costs_daily
    on
        lines.invoice_id is not distinct from agg_costs_daily.invoice_id
        and lines.service is not distinct from agg_costs_daily.service
        and lines.charge_type is not distinct from agg_costs_daily.charge_type
where
    lines.cents is distinct from agg_costs_daily.cents
    or lines.line_items is distinct from agg_costs_daily.line_items
