with invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

reported as (
    select * from {{ ref('int_focus_invoices') }}
),

payments as (
    select
        *,
        coalesce(created_at, timestamp '1970-01-01') as paid_at
    from {{ ref('stg_atlas__invoice_payments') }}
),

paid as (
    select
        invoice_id,
        max_by(currency, paid_at) filter (where currency is not null) as currency,
        max_by(unit_price, paid_at) filter (where unit_price is not null) as unit_price
    from payments
    group by invoice_id
),

refunded as (
    select
        invoice_id,
        sum(amount_cents) as refunds_cents
    from {{ ref('stg_atlas__invoice_refunds') }}
    group by invoice_id
),

billing as (
    select
        invoices.invoice_id,
        coalesce(reported.billing_currency, paid.currency) as billing_currency,
        coalesce(reported.credit_price, paid.unit_price) as credit_price,
        cast(refunded.refunds_cents as bigint) as refunds_cents
    from invoices
    left join reported on invoices.invoice_id = reported.invoice_id
    left join paid on invoices.invoice_id = paid.invoice_id
    left join refunded on invoices.invoice_id = refunded.invoice_id
)

select * from billing
