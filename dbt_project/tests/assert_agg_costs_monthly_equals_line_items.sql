{{ config(meta={'dagster': {'ref': {'name': 'agg_costs_monthly'}}}) }}
-- A resource or SKU whose costs the monthly aggregate lost, or has under another month; pages by
-- resource read only that. All invoices, whenever they were built.
with lines as (
    select * from {{ ref('fct_line_items') }}
),

months as (
    select * from {{ ref('agg_costs_monthly') }}
),

-- what both sides have adds up to nothing
balance as (
    select
        invoice_id,
        sku,
        resource_id,
        cost_cents as cents,
        list_cost,
        quantity,
        1 as line_items
    from lines
    union all
    select
        invoice_id,
        sku,
        resource_id,
        -cost_cents as cents,
        -list_cost as list_cost,
        -quantity as quantity,
        -line_items as line_items
    from months
),

-- apart, because to divide list cost and quantity by day takes ten times as long
months_balance as (
    select
        invoice_id,
        {{ first_of_month('usage_date') }} as usage_month,
        cost_cents as cents
    from {{ ref('fct_line_item_days') }}
    union all
    select
        invoice_id,
        usage_month,
        -cost_cents as cents
    from months
)

select
    invoice_id,
    usage_month,
    cast(null as string) as sku,
    cast(null as string) as resource_id,
    sum(cents) as missing_cents,
    null as missing_list_cost,
    null as missing_quantity,
    null as missing_line_items
from months_balance
group by invoice_id, usage_month
having sum(cents) != 0
union all
select
    invoice_id,
    null as usage_month,
    sku,
    resource_id,
    sum(cents) as missing_cents,
    sum(list_cost) as missing_list_cost,
    sum(quantity) as missing_quantity,
    sum(line_items) as missing_line_items
from balance
group by grouping sets (  -- noqa: PRS
    (invoice_id, sku), (invoice_id, resource_id)
)
having
    sum(cents) != 0
    or sum(list_cost) != 0
    or sum(quantity) != 0
    or sum(line_items) != 0
