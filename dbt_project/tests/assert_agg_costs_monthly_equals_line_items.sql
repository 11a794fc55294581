{{ config(meta={'dagster': {'ref': {'name': 'agg_costs_monthly'}}}) }}
-- A resource or SKU whose costs the monthly aggregate lost; pages by resource read only that.
with lines as (
    select
        invoice_id,
        resource_id,
        sku,
        count(*) as line_items,
        sum(cost_cents) as cents,
        sum(list_cost) as list_cost,
        sum(quantity) as quantity
    from {{ ref('fct_line_items') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
    group by invoice_id, resource_id, sku
),

agg_costs_monthly as (
    select
        invoice_id,
        resource_id,
        sku,
        sum(line_items) as line_items,
        sum(cost_cents) as cents,
        sum(list_cost) as list_cost,
        sum(quantity) as quantity
    from {{ ref('agg_costs_monthly') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
    group by invoice_id, resource_id, sku
)

select
    coalesce(lines.invoice_id, agg_costs_monthly.invoice_id) as invoice_id,
    coalesce(lines.resource_id, agg_costs_monthly.resource_id) as resource_id,
    coalesce(lines.sku, agg_costs_monthly.sku) as sku,
    lines.cents,
    agg_costs_monthly.cents as aggregate_cents
from lines
full outer join agg_costs_monthly
    on
        lines.invoice_id is not distinct from agg_costs_monthly.invoice_id
        and lines.resource_id is not distinct from agg_costs_monthly.resource_id
        and lines.sku is not distinct from agg_costs_monthly.sku
where
    lines.cents is distinct from agg_costs_monthly.cents
    or lines.line_items is distinct from agg_costs_monthly.line_items
    or lines.list_cost is distinct from agg_costs_monthly.list_cost
    or lines.quantity is distinct from agg_costs_monthly.quantity
