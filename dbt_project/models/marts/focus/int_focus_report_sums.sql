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

-- in one table and then added up, not joined: a question about one invoice is then answered from
-- its rows alone
sides as (
    select
        focus_rows.invoice_id,
        {{ reported_cost('focus_rows', 'invoices') }} as reported_cost,
        coalesce(focus_rows.pricing_currency_effective_cost, 0) as reported_nominal_cost,
        0 as stood_for_cents
    from focus_rows
    inner join invoices on focus_rows.invoice_id = invoices.invoice_id
    union all
    select
        invoice_id,
        null as reported_cost,
        null as reported_nominal_cost,
        cost_cents as stood_for_cents
    from lines
    union all
    select
        invoice_id,
        null as reported_cost,
        null as reported_nominal_cost,
        0 as stood_for_cents
    from invoices
),

summed as (
    select
        invoice_id,
        sum(reported_cost) as reported_cost,
        sum(reported_nominal_cost) as reported_nominal_cost,
        sum(stood_for_cents) as stood_for_cents
    from sides
    group by invoice_id
)

select * from summed
