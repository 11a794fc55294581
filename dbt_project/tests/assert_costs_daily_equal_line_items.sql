{{ config(meta={'dagster': {'ref': {'name': 'fct_costs_daily'}}}) }}
-- Cents, list cost, quantity or lines lost where a line over several days is divided by day: its
-- remainder, or a whole line whose end is before its start; or cents under another day, service,
-- SKU or resource. Of the invoices being built: a view over lines that did not change says of the
-- others what it said.
with lines as (
    select
        *,
        {{ days_between('usage_date', 'usage_end_date') }} as days
    from {{ ref('fct_line_items') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
),

-- a line's list cost and quantity are whole on its first day here: they are compared beside days
line_days as (
    select
        lines.*,
        {{ add_days('lines.usage_date', 'numbered.day_number') }} as cost_date,
        numbered.day_number = 0 as is_first_day,
        case
            when numbered.day_number < lines.days - 1 then {{ int_div('cost_cents', 'days') }}
            else cost_cents - (days - 1) * {{ int_div('cost_cents', 'days') }}
        end as cents,
        case
            when numbered.day_number < lines.days - 1 then {{ int_div('net_cost_cents', 'days') }}
            else net_cost_cents - (days - 1) * {{ int_div('net_cost_cents', 'days') }}
        end as net_cents
    from lines
    cross join {{ day_numbers('lines.days') }}
),

-- what both sides have adds up to nothing
balance as (
    select
        invoice_id,
        cost_date as usage_date,
        service,
        charge_type,
        sku,
        resource_id,
        cents,
        net_cents,
        case when is_first_day then list_cost end as list_cost,
        case when is_first_day then quantity end as quantity,
        case when is_first_day then 1 else 0 end as line_items
    from line_days
    union all
    select
        invoice_id,
        usage_date,
        service,
        charge_type,
        sku,
        resource_id,
        -cost_cents as cents,
        -net_cost_cents as net_cents,
        -list_cost as list_cost,
        -quantity as quantity,
        -line_items as line_items
    from {{ ref('fct_costs_daily') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
)

select
    invoice_id,
    usage_date,
    service,
    charge_type,
    sku,
    resource_id,
    sum(cents) as missing_cents,
    sum(net_cents) as missing_net_cents,
    sum(line_items) as missing_line_items,
    sum(list_cost) as missing_list_cost,
    sum(quantity) as missing_quantity
from balance
group by grouping sets (  -- noqa: PRS
    (invoice_id, usage_date, service, charge_type), (invoice_id, sku), (invoice_id, resource_id)
)
having
    sum(cents) != 0
    or sum(net_cents) != 0
    or sum(line_items) != 0
    or grouping(usage_date) = 1 and (sum(list_cost) != 0 or sum(quantity) != 0)
