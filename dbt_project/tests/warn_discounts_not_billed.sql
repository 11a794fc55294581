{{ config(severity='warn') }}
-- An invoice whose lines name discounts that its header does not take off: net_cost_cents does, and
-- so is less than what was billed.
select
    invoice_id,
    org_name,
    invoice_month,
    net_discount_cents,
    net_discount_cents - billed_discount_cents as not_billed_cents
from {{ ref('fct_invoices') }}
where net_discount_cents - billed_discount_cents > tolerance_cents
