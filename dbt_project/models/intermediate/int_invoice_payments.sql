with invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

exploded as (
    select
        invoice_id,
        org_id,
        {{ payments('payments') }} as payment
    from invoices
),

payments as (
    select
        invoice_id,
        org_id,
        try_cast(payment.unitPrice as decimal(38, 18)) as unit_price,
        upper(nullif(payment.currency, '')) as currency,
        payment.created as created_at
    from exploded
)

select * from payments
