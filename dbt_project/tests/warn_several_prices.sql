{{ config(severity='warn') }}
-- An invoice that was paid at several prices of a credit, or in several currencies. Its FOCUS rows
-- come to what each payment asks for; the one price that fct_invoices shows paid most of it.
select
    invoice_id,
    org_name,
    invoice_month,
    billing_currency,
    credit_price
from {{ ref('fct_invoices') }}
where has_several_prices
