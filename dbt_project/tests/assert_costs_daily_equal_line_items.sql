{{ config(meta={'dagster': {'ref': {'name': 'fct_costs_daily'}}}) }}
-- Cents, list cost, quantity or lines lost where a line over several days is divided by day: its
-- remainder, or a whole line whose end is before its start. Of the invoices being built: a view
-- over lines that did not change says of the others what it said.
with lines as (
    select
        invoice_id,
        sum(cost_cents) as cents,
        sum(net_cost_cents) as net_cents,
        sum(list_cost) as list_cost,
        sum(quantity) as quantity,
        count(*) as line_items
    from {{ ref('fct_line_items') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
    group by invoice_id
),

daily as (
    select
        invoice_id,
        sum(cost_cents) as cents,
        sum(net_cost_cents) as net_cents,
        sum(list_cost) as list_cost,
        sum(quantity) as quantity,
        sum(line_items) as line_items
    from {{ ref('fct_costs_daily') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
    group by invoice_id
)

select
    coalesce(lines.invoice_id, daily.invoice_id) as invoice_id,
    lines.cents,
    daily.cents as daily_cents
from lines
full outer join daily on lines.invoice_id = daily.invoice_id
where
    lines.cents is distinct from daily.cents
    or lines.net_cents is distinct from daily.net_cents
    or lines.list_cost is distinct from daily.list_cost
    or lines.quantity is distinct from daily.quantity
    or lines.line_items is distinct from daily.line_items
