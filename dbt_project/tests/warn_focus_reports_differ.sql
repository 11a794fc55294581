{{ config(severity='warn') }}
-- An invoice whose lines and Atlas's own FOCUS report of it disagree by more than rounding, or
-- that one of the two leaves out. The cents are in focus_costs as an Adjustment of ours.
select
    invoice_id,
    invoice_month,
    tie,
    count(*) as kinds,
    sum(difference_cents) as difference_cents,
    sum(billed_difference_cents) as billed_difference_cents
from {{ ref('focus_tie_out') }}
where tie not in ('tied', 'left_out_by_atlas')
group by invoice_id, invoice_month, tie
