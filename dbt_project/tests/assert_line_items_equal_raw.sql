{{ config(meta={'dagster': {'ref': {'name': 'fct_line_items'}}}) }}
-- A line lost or doubled between Atlas's document and fct_line_items, with its cents. A full join,
-- because an invoice that vanished whole has no row on one side. All invoices, those too that this
-- build did not touch: 10 million lines are summed by invoice in less than dbt takes to ask.
with raw_lines as (
    select
        id as invoice_id,
        _line_items as line_items,
        _cents as cents
    from {{ source('atlas', 'invoices') }}
),

lines as (
    select
        invoice_id,
        count(*) as line_items,
        sum(cost_cents) as cents
    from {{ ref('fct_line_items') }}
    group by invoice_id
)

select
    coalesce(raw_lines.invoice_id, lines.invoice_id) as invoice_id,
    raw_lines.line_items as raw_line_items,
    lines.line_items,
    raw_lines.cents as raw_cents,
    lines.cents
from raw_lines
full outer join lines on raw_lines.invoice_id = lines.invoice_id
where
    coalesce(raw_lines.line_items, 0) != coalesce(lines.line_items, 0)
    or coalesce(raw_lines.cents, 0) != coalesce(lines.cents, 0)
