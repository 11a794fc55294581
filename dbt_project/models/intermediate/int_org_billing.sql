with invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

billing as (
    select * from {{ ref('int_invoice_billing') }}
),

dated as (
    select
        invoices.org_id,
        billing.billing_currency,
        billing.credit_price,
        -- of two invoices of one month the later by id
        coalesce(cast(invoices.start_date as varchar), '') || invoices.invoice_id as recency
    from invoices
    inner join billing on invoices.invoice_id = billing.invoice_id
    where invoices.org_id is not null
),

newest as (
    select
        org_id,
        max_by(billing_currency, recency) filter (where billing_currency is not null)
            as billing_currency,
        max_by(credit_price, recency) filter (where credit_price is not null) as credit_price
    from dated
    group by org_id
)

select * from newest
