{{ config(severity='warn') }}
-- An invoice whose lines and Atlas's own FOCUS report of it disagree by more than rounding, or
-- that one of the two leaves out. The cents are in focus_costs as an Adjustment of ours.
select
    invoice_id,
    invoice_month,
    tie,
    kinds,
    difference_cents,
    billed_difference_cents
from {{ ref('agg_focus_ties') }}
where tie not in ('tied', 'left_out_by_atlas')
