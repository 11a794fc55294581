with invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

reported as (
    select * from {{ ref('int_focus_invoices') }}
),

payments as (
    select * from {{ ref('int_invoice_payments') }}
),

-- one that asks for nothing has no price that matters
paid as (
    select
        invoice_id,
        max(currency) filter (where is_main) as currency,
        max(unit_price) filter (where is_main) as unit_price,
        count(distinct currency) filter (where usage_cents != 0) > 1
        or count(distinct unit_price) filter (where usage_cents != 0) > 1 as has_several_prices,
        bool_or(unit_price != 1 or currency != 'USD') as is_in_credits,
        cast(sum(amount_billed_cents) as bigint) as payments_cents
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
        case
            when paid.is_in_credits or reported.is_in_credits then 'Atlas Credits'
            when coalesce(paid.is_in_credits, reported.is_in_credits) is not null then 'USD'
        end as pricing_currency,
        coalesce(reported.billing_currency, paid.currency) as billing_currency,
        coalesce(reported.credit_price, paid.unit_price) as credit_price,
        coalesce(reported.has_several_prices, false)
        or coalesce(paid.has_several_prices, false)
        or coalesce(reported.credit_price != paid.unit_price, false)
        or coalesce(reported.billing_currency != paid.currency, false) as has_several_prices,
        paid.payments_cents,
        cast(refunded.refunds_cents as bigint) as refunds_cents
    from invoices
    left join reported on invoices.invoice_id = reported.invoice_id
    left join paid on invoices.invoice_id = paid.invoice_id
    left join refunded on invoices.invoice_id = refunded.invoice_id
)

select * from billing
