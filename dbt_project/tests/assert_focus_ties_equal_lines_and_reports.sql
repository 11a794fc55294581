{{ config(meta={'dagster': {'ref': {'name': 'agg_focus_ties'}}}) }}
-- What ties and what does not is all that an invoice and its report have. All invoices, whenever
-- they were built.
with reported as (
    select
        invoice_id,
        count(*) as report_rows,
        100 * sum(coalesce(pricing_currency_effective_cost, 0)) as reported_cents
    from {{ ref('fct_focus_rows') }}
    group by invoice_id
),

lines as (
    select
        invoice_id,
        line_items,
        line_items_cents
    from {{ ref('agg_invoices') }}
),

ties as (
    select
        invoice_id,
        sum(report_rows) as report_rows,
        sum(line_items) as line_items,
        sum(coalesce(reported_cents, 0)) as reported_cents,
        sum(coalesce(line_cents, 0)) as line_cents
    from {{ ref('agg_focus_ties') }}
    group by invoice_id
)

select
    coalesce(reported.invoice_id, ties.invoice_id) as invoice_id,
    reported.report_rows,
    ties.report_rows as tied_report_rows,
    reported.reported_cents,
    ties.reported_cents as tied_reported_cents,
    lines.line_items,
    ties.line_items as tied_line_items,
    lines.line_items_cents,
    ties.line_cents as tied_line_cents
from reported
full outer join ties on reported.invoice_id = ties.invoice_id
left join lines on coalesce(reported.invoice_id, ties.invoice_id) = lines.invoice_id
where
    reported.report_rows is distinct from ties.report_rows
    or reported.reported_cents is distinct from ties.reported_cents
    or coalesce(lines.line_items, 0) != coalesce(ties.line_items, 0)
    or coalesce(lines.line_items_cents, 0) != coalesce(ties.line_cents, 0)
