with prices as (
    select * from {{ ref('int_invoice_payments') }}
),

invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
)

select
    prices.invoice_id,
    invoices.org_id,
    {{ first_of_month('invoices.start_date') }} as invoice_month,
    prices.currency as billing_currency,
    prices.unit_price as credit_price,
    prices.usage_cents,
    prices.sales_tax_cents,
    prices.is_main,
    invoices.connection
from prices
inner join invoices on prices.invoice_id = invoices.invoice_id
