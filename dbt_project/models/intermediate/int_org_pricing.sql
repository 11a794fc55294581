with payments as (
    select * from {{ ref('stg_atlas__invoice_payments') }}
),

reported as (
    select * from {{ ref('int_focus_invoices') }}
),

invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

-- a report may say so long before anything is paid
said as (
    select
        invoice_id,
        unit_price as credit_price,
        currency
    from payments
    union all
    select
        invoice_id,
        credit_price,
        billing_currency as currency
    from reported
),

pricing as (
    select
        invoices.org_id,
        case
            when bool_or(said.credit_price != 1 or said.currency != 'USD') then 'Atlas Credits'
            else 'USD'
        end as pricing_currency
    from said
    inner join invoices on said.invoice_id = invoices.invoice_id
    group by invoices.org_id
)

select * from pricing
