{{ config(materialized='view') }}

-- What closed months cost each value now, less what the statements hold of them. Only of keys that
-- a month was closed with and that still exist: another key begins with the next statement.
with frozen as (
    select * from {{ ref('stg_statements__rows') }}
),

keys as (
    select * from {{ ref('dim_allocation_keys') }}
),

allocated as (
    select
        *,
        {{ first_of_month('usage_date') }} as usage_month
    from {{ ref('allocated_costs_daily') }}
),

closed as (
    select
        frozen.usage_month,
        frozen.allocation_key
    from frozen
    inner join keys on frozen.allocation_key = keys.allocation_key
    group by frozen.usage_month, frozen.allocation_key
),

both_sides as (
    select
        {% for column in statement_columns() %}
            allocated.{{ column }},
        {% endfor %}
        allocated.project_name,
        allocated.resource_name,
        allocated.allocation_method = 'split' as is_shared,
        allocated.cost_cents
    from allocated
    inner join closed
        on
            allocated.usage_month = closed.usage_month
            and allocated.allocation_key = closed.allocation_key
    union all
    select
        {% for column in statement_columns() %}
            frozen.{{ column }},
        {% endfor %}
        frozen.project_name,
        frozen.resource_name,
        frozen.is_shared,
        -frozen.cost_cents as cost_cents
    from frozen
    inner join closed
        on
            frozen.usage_month = closed.usage_month
            and frozen.allocation_key = closed.allocation_key
),

differences as (
    select
        {% for column in statement_columns() %}
            {{ column }},
        {% endfor %}
        max(project_name) as project_name,
        max(resource_name) as resource_name,
        bool_or(is_shared) as is_shared,
        cast(sum(cost_cents) as bigint) as cost_cents
    from both_sides
    group by {{ statement_columns() | join(", ") }}
),

compared as (
    select
        *,
        sum(cost_cents) over (
            partition by
                usage_month,
                allocation_key,
                org_id,
                project_id,
                resource_id,
                charge_type,
                pricing_currency
        ) != 0 as costs_differ
    from differences
)

select * from compared
where cost_cents != 0
