{{ config(meta={'dagster': {'ref': {'name': 'allocation_statements'}}}) }}
-- Statements of a month and all its adjustments are what the month costs each value now. A frozen
-- statement that took a change silently, or an adjustment made twice, shows here.
with months as (
    select distinct
        usage_month,
        allocation_key
    from {{ ref('allocation_statements') }}
    where allocation_key in (select allocation_key from {{ ref('dim_allocation_keys') }})
),

statements as (
    select
        usage_month,
        allocation_key,
        allocation_value,
        resource_id,
        charge_type,
        sum(cost_cents) as cents
    from {{ ref('allocation_statements') }}
    group by usage_month, allocation_key, allocation_value, resource_id, charge_type
),

allocated as (
    select
        {{ first_of_month('usage_date') }} as usage_month,
        allocation_key,
        allocation_value,
        resource_id,
        charge_type,
        sum(cost_cents) as cents
    from {{ ref('allocated_costs_daily') }}
    group by all
)

select
    months.usage_month,
    months.allocation_key,
    coalesce(statements.allocation_value, allocated.allocation_value) as allocation_value,
    coalesce(statements.resource_id, allocated.resource_id) as resource_id,
    statements.cents as statement_cents,
    allocated.cents
from statements
full outer join allocated
    on
        statements.usage_month = allocated.usage_month
        and statements.allocation_key = allocated.allocation_key
        and statements.allocation_value = allocated.allocation_value
        and statements.resource_id is not distinct from allocated.resource_id
        and statements.charge_type = allocated.charge_type
inner join months
    on
        coalesce(statements.usage_month, allocated.usage_month) = months.usage_month
        and coalesce(statements.allocation_key, allocated.allocation_key) = months.allocation_key
where coalesce(statements.cents, 0) != coalesce(allocated.cents, 0)
