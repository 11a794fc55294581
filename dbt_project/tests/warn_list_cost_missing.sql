{{ config(severity='warn') }}
-- A line with quantity and price whose product fits no decimal: its list cost is null and would
-- drop out of list totals unseen.
select
    line_item_id,
    quantity,
    unit_price
from {{ ref('fct_line_items') }}
where list_cost is null and quantity is not null and unit_price is not null
