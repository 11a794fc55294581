{{ config(meta={'dagster': {'ref': {'name': 'allocated_costs_daily'}}}) }}
-- A cent in no value of a key, or in two: a team would be charged for another's, or nobody for it.
-- Compared by day and resource for each key, credits among them.
with keys as (
    select * from {{ ref('dim_allocation_keys') }}
),

costs as (
    select
        keys.allocation_key,
        days.usage_date,
        days.resource_id,
        days.charge_type,
        sum(days.cost_cents) as cents
    from {{ ref('fct_line_item_days') }} as days
    cross join keys
    group by keys.allocation_key, days.usage_date, days.resource_id, days.charge_type
),

allocated as (
    select
        allocation_key,
        usage_date,
        resource_id,
        charge_type,
        sum(cost_cents) as cents
    from {{ ref('allocated_costs_daily') }}
    group by allocation_key, usage_date, resource_id, charge_type
)

select
    coalesce(costs.allocation_key, allocated.allocation_key) as allocation_key,
    coalesce(costs.usage_date, allocated.usage_date) as usage_date,
    coalesce(costs.resource_id, allocated.resource_id) as resource_id,
    costs.cents,
    allocated.cents as allocated_cents
from costs
full outer join allocated
    on
        costs.allocation_key = allocated.allocation_key
        and costs.usage_date = allocated.usage_date
        and costs.resource_id is not distinct from allocated.resource_id
        and costs.charge_type = allocated.charge_type
where costs.cents is distinct from allocated.cents
