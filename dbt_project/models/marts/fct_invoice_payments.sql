with payments as (
    select * from {{ ref('stg_atlas__invoice_payments') }}
),

invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
)

select
    payments.invoice_id,
    payments.payment_id,
    invoices.org_id,
    {{ first_of_month('invoices.start_date') }} as invoice_month,
    payments.status,
    payments.currency,
    payments.unit_price,
    payments.subtotal_cents,
    payments.sales_tax_cents,
    payments.amount_billed_cents,
    payments.amount_paid_cents,
    payments.created_at,
    payments.updated_at,
    payments.connection
from payments
left join invoices on payments.invoice_id = invoices.invoice_id
