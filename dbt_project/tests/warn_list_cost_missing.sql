{{ config(severity='warn') }}
-- A line with quantity and price whose product fits no decimal: its list cost is null and would
-- drop out of list totals unseen.
select
    invoice_id,
    line_items_without_list_cost
from {{ ref('agg_invoices') }}
where line_items_without_list_cost > 0
