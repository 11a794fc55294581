{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with invoices as (
    select * from {{ ref('focus_invoices') }}
),

focus_rows as (
    select * from {{ ref('fct_focus_rows') }}
),

lines as (
    select * from {{ ref('fct_line_items') }}
    where is_in_focus_report
),

reported as (
    select
        focus_rows.invoice_id,
        sum({{ reported_cost('focus_rows', 'invoices') }}) as reported_cost,
        sum(focus_rows.pricing_currency_effective_cost) as reported_nominal_cost
    from focus_rows
    inner join invoices on focus_rows.invoice_id = invoices.invoice_id
    group by focus_rows.invoice_id
),

stood_for as (
    select
        invoice_id,
        sum(cost_cents) as cents
    from lines
    group by invoice_id
),

summed as (
    select
        reported.invoice_id,
        reported.reported_cost,
        coalesce(reported.reported_nominal_cost, 0) as reported_nominal_cost,
        coalesce(stood_for.cents, 0) as stood_for_cents
    from reported
    left join stood_for on reported.invoice_id = stood_for.invoice_id
)

select * from summed
