-- What an invoice is priced in, by its own payments and report; one that has neither yet goes by
-- the invoices beside it, and for a price by those alone that are billed in its currency.
with invoices as (
    select
        invoices.invoice_id,
        invoices.org_id,
        invoices.start_date,
        billing.pricing_currency,
        billing.billing_currency,
        billing.credit_price
    from {{ ref('stg_atlas__invoices') }} as invoices
    inner join {{ ref('int_invoice_billing') }} as billing
        on invoices.invoice_id = billing.invoice_id
),

priced as (
    select
        invoice_id,
        org_id,
        start_date,
        coalesce({{ nearest('pricing_currency', ['org_id']) }}, 'USD') as pricing_currency,
        billing_currency,
        credit_price
    from invoices
),

billed as (
    select
        invoice_id,
        org_id,
        start_date,
        pricing_currency,
        {{ nearest('billing_currency', ['org_id', 'pricing_currency']) }} as billing_currency,
        credit_price
    from priced
),

final as (
    select
        invoice_id,
        pricing_currency,
        billing_currency,
        {{ nearest('credit_price', ['org_id', 'pricing_currency', 'billing_currency']) }}
            as credit_price
    from billed
)

select * from final
