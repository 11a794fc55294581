{{ config(meta={'dagster': {'ref': {'name': 'fct_line_items'}}}) }}
-- An aggregate that lost or kept what it should not, of any invoice, whenever it was built: its
-- cents, list cost, quantity and lines by invoice against the sums of the lines. What else a table
-- that is built by invoice could do wrong is asked of the invoices being built.
with sums as (
    select
        invoice_id,
        line_items,
        line_items_cents as cents,
        list_cost,
        quantity
    from {{ ref('agg_invoices') }}
),

lines as (
    select
        invoice_id,
        count(*) as line_items,
        sum(cost_cents) as cents
    from {{ ref('fct_line_items') }}
    group by invoice_id
),

daily as (
    select
        invoice_id,
        sum(line_items) as line_items,
        sum(cost_cents) as cents
    from {{ ref('agg_costs_daily') }}
    group by invoice_id
),

monthly as (
    select
        invoice_id,
        sum(line_items) as line_items,
        sum(cost_cents) as cents,
        sum(list_cost) as list_cost,
        sum(quantity) as quantity
    from {{ ref('agg_costs_monthly') }}
    group by invoice_id
)

select
    coalesce(
        sums.invoice_id, lines.invoice_id, daily.invoice_id, monthly.invoice_id
    ) as invoice_id,
    sums.cents,
    lines.cents as lines_cents,
    daily.cents as daily_cents,
    monthly.cents as monthly_cents
from sums
full outer join lines on sums.invoice_id = lines.invoice_id
full outer join daily on sums.invoice_id = daily.invoice_id
full outer join monthly on sums.invoice_id = monthly.invoice_id
where
    sums.cents is distinct from lines.cents
    or sums.line_items is distinct from lines.line_items
    or sums.cents is distinct from daily.cents
    or sums.line_items is distinct from daily.line_items
    or sums.cents is distinct from monthly.cents
    or sums.line_items is distinct from monthly.line_items
    or sums.list_cost is distinct from monthly.list_cost
    or sums.quantity is distinct from monthly.quantity
