{{ config(meta={'dagster': {'ref': {'name': 'allocated_costs_daily'}}}) }}
-- A cent of another value than its rule gave it to: a key would add up, and two of its teams not. A
-- split has no such other side; tests divide random bills again. Of the months being allocated: the
-- others keep their rows, and have no other side any more.
with costs as (
    select * from {{ ref('int_allocation_costs') }}
    where {{ is_in_changed_months('usage_date') }}
),

assigned as (
    select * from {{ ref('int_allocation_assigned') }}
    where method in ('direct', 'fixed')
),

rules as (
    select * from {{ ref('stg_config__allocation_rules') }}
),

-- what both sides have adds up to nothing
balance as (
    select
        assigned.allocation_key,
        rules.rule_name as allocation_rule,
        assigned.allocation_value,
        costs.usage_date,
        costs.resource_id,
        assigned.cost_cents as cents
    from assigned
    inner join costs on assigned.cost_id = costs.cost_id
    inner join rules
        on assigned.allocation_key = rules.allocation_key and assigned.rule = rules.rule
    union all
    select
        allocation_key,
        allocation_rule,
        allocation_value,
        usage_date,
        resource_id,
        -cost_cents as cents
    from {{ ref('allocated_costs_daily') }}
    where
        allocation_method in ('direct', 'fixed')
        and {{ is_in_changed_months('usage_date') }}
)

select
    allocation_key,
    allocation_rule,
    allocation_value,
    usage_date,
    resource_id,
    sum(cents) as missing_cents
from balance
group by allocation_key, allocation_rule, allocation_value, usage_date, resource_id
having sum(cents) != 0
