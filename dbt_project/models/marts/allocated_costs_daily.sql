{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook='{{ delete_changed_months() }}'
) }}

with costs as (
    select * from {{ ref('int_allocation_costs') }}
),

assigned as (
    select * from {{ ref('int_allocation_assigned') }}
),

rules as (
    select * from {{ ref('stg_config__allocation_rules') }}
),

weights as (
    select * from {{ ref('int_allocation_weights') }}
),

shared as (
    select
        assigned.cost_id,
        assigned.allocation_key,
        assigned.rule,
        assigned.cost_cents,
        {{ split_scope('rules', 'costs') }} as scope,
        {{ split_window('rules', 'costs') }} as window_start,
        {{ tie_break('costs') }} as tie_break
    from assigned
    inner join costs on assigned.cost_id = costs.cost_id
    inner join rules
        on assigned.allocation_key = rules.allocation_key and assigned.rule = rules.rule
    where assigned.method = 'split'
),

weighed as (
    select
        shared.*,
        weights.allocation_value,
        weights.weight
    from shared
    left join weights
        on
            shared.allocation_key = weights.allocation_key
            and shared.rule = weights.rule
            and shared.scope = weights.scope
            and shared.window_start = weights.window_start
),

split as (
    {{ divided('(select * from weighed where weight is not null) as weights_known') }}
),

parts as (
    select * from assigned
    where method != 'split'
    union all
    select
        cost_id,
        allocation_key,
        rule,
        'split' as method,
        allocation_value,
        cost_cents
    from split
    union all
    -- shared by nobody: no value has costs of the kind in that window
    select
        weighed.cost_id,
        weighed.allocation_key,
        defaults.rule,
        defaults.method,
        defaults.allocation_value,
        weighed.cost_cents
    from weighed
    inner join rules as defaults
        on weighed.allocation_key = defaults.allocation_key and defaults.method = 'default'
    where weighed.weight is null
),

final as (
    select
        {% for column in allocation_columns() %}
            costs.{{ column }},
        {% endfor %}
        parts.allocation_key,
        parts.allocation_value,
        rules.rule_name as allocation_rule,
        parts.method as allocation_method,
        cast(sum(parts.cost_cents) as bigint) as cost_cents
    from parts
    inner join costs on parts.cost_id = costs.cost_id
    inner join rules on parts.allocation_key = rules.allocation_key and parts.rule = rules.rule
    group by all
    order by costs.usage_date
)

select * from final
