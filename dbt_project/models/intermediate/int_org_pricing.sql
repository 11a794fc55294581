with payments as (
    select * from {{ ref('int_invoice_payments') }}
),

pricing as (
    select
        org_id,
        case
            when bool_or(unit_price != 1 or currency != 'USD') then 'Atlas Credits'
            else 'USD'
        end as pricing_currency
    from payments
    group by org_id
)

select * from pricing
