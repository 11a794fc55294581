{{ config(materialized='ephemeral', contract={'enforced': false}) }}

with invoices as (
    select * from {{ ref('focus_invoices') }}
),

lines as (
    {{ with_sku_key(ref('fct_line_items')) }}
),

focus_rows as (
    {{ with_sku_key(ref('fct_focus_rows')) }}
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
        lines.invoice_id,
        sum(lines.cost_cents) as cents
    from lines
    where
        exists (
            select 1 from focus_rows
            where {{ same_kind('lines', 'focus_rows') }}
        )
    group by lines.invoice_id
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
