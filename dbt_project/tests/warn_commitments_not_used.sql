{{ config(severity='warn') }}
-- An invoice that bills more than its lines, as a monthly commitment does. Atlas names the reason
-- nowhere, so each one is named here with its cents.
select
    invoice_id,
    org_name,
    invoice_month,
    commitment_shortfall_cents
from {{ ref('fct_invoices') }}
where commitment_shortfall_cents > 0
