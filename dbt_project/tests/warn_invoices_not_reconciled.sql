{{ config(severity='warn') }}
-- An invoice whose lines and header disagree by more than the tolerance. Atlas's own identities are
-- partly undocumented, so this names the invoice and the cents and never stops a build.
select
    invoice_id,
    org_name,
    invoice_month,
    difference_cents,
    header_difference_cents,
    credits_difference_cents
from {{ ref('fct_invoices') }}
where is_reconciled = false
