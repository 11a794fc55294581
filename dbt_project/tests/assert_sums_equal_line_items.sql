{{ config(meta={'dagster': {'ref': {'name': 'agg_invoices'}}}) }}
-- Sums by invoice that are not those of its lines: the bridge and the comparison with the header
-- are made of them. All invoices, whenever they were built.
with balance as (
    select
        invoice_id,
        1 as line_items,
        cost_cents as cents,
        case when cost_cents > 0 then cost_cents else 0 end as positive_cents,
        case when cost_cents < 0 then cost_cents else 0 end as negative_cents,
        case when is_in_total then cost_cents else 0 end as usage_cents,
        case when is_in_total then coalesce(list_cost * 100, cost_cents) else 0 end
            as exact_list_cents,
        0 as list_cents,
        list_cost,
        quantity
    from {{ ref('fct_line_items') }}
    union all
    select
        invoice_id,
        -line_items as line_items,
        -line_items_cents as cents,
        -positive_cents as positive_cents,
        -negative_cents as negative_cents,
        -usage_cents as usage_cents,
        0 as exact_list_cents,
        list_cents,
        -list_cost as list_cost,
        -quantity as quantity
    from {{ ref('agg_invoices') }}
)

select
    invoice_id,
    sum(line_items) as missing_line_items,
    sum(cents) as missing_cents,
    sum(positive_cents) as missing_positive_cents,
    sum(negative_cents) as missing_negative_cents,
    sum(usage_cents) as missing_usage_cents,
    round(sum(exact_list_cents), 0) - sum(list_cents) as missing_list_cents,
    sum(list_cost) as missing_list_cost,
    sum(quantity) as missing_quantity
from balance
group by invoice_id
having
    sum(line_items) != 0
    or sum(cents) != 0
    or sum(positive_cents) != 0
    or sum(negative_cents) != 0
    or sum(usage_cents) != 0
    or round(sum(exact_list_cents), 0) != sum(list_cents)
    or sum(list_cost) != 0
    or sum(quantity) != 0
