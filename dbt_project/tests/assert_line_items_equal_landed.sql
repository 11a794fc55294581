{{ config(meta={'dagster': {'ref': {'name': 'stg_atlas__invoice_line_items'}}}) }}
-- A line lost while loading: the document was counted when it was cut, before anything was read
-- into a table, so a row that the loader skipped shows here and nowhere else. All invoices: a raw
-- table that changed since is no longer what Atlas sent.
with invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

lines as (
    select
        invoice_id,
        count(*) as line_items,
        sum(cost_cents) as cents
    from {{ ref('stg_atlas__invoice_line_items') }}
    group by invoice_id
)

select
    coalesce(invoices.invoice_id, lines.invoice_id) as invoice_id,
    invoices.landed_line_items,
    lines.line_items,
    invoices.landed_cents,
    lines.cents
from invoices
full outer join lines on invoices.invoice_id = lines.invoice_id
where
    invoices.invoice_id is null
    or coalesce(invoices.landed_line_items, 0) != coalesce(lines.line_items, 0)
    or coalesce(invoices.landed_cents, 0) != coalesce(lines.cents, 0)
