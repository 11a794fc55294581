with payments as (
    select * from {{ ref('stg_atlas__invoice_payments') }}
),

invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

pricing as (
    select
        invoices.org_id,
        case
            when bool_or(payments.unit_price != 1 or payments.currency != 'USD')
                then 'Atlas Credits'
            else 'USD'
        end as pricing_currency
    from payments
    inner join invoices on payments.invoice_id = invoices.invoice_id
    group by invoices.org_id
)

select * from pricing
