with refunds as (
    select * from {{ ref('stg_atlas__invoice_refunds') }}
),

invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
)

select
    refunds.invoice_id,
    refunds.payment_id,
    invoices.org_id,
    {{ first_of_month('invoices.start_date') }} as invoice_month,
    refunds.amount_cents,
    refunds.reason,
    refunds.created_at,
    refunds.connection
from refunds
left join invoices on refunds.invoice_id = invoices.invoice_id
