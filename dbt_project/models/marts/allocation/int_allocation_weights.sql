{{ config(materialized='view') }}

with assigned as (
    select * from {{ ref('int_allocation_assigned') }}
    where method in ('direct', 'fixed')
),

costs as (
    select * from {{ ref('int_allocation_costs') }}
    -- a credit is no cost of whoever gets it
    where is_in_total
),

splits as (
    select
        rules.*,
        count(conditions.rule) > 0 as is_conditional
    from {{ ref('stg_config__allocation_rules') }} as rules
    left join {{ ref('stg_config__allocation_conditions') }} as conditions
        on
            rules.allocation_key = conditions.allocation_key
            and rules.rule = conditions.rule
            and conditions.role = 'of'
    where rules.method = 'split'
    group by all
),

met as (
    select * from {{ ref('int_allocation_matches') }}
    where role = 'of'
),

shares as (
    select
        allocation_key,
        rule,
        {{ listed('allocation_value', 'true') }} as allocation_values
    from {{ ref('stg_config__allocation_shares') }}
    group by allocation_key, rule
),

looked_at as (
    select
        splits.allocation_key,
        splits.rule,
        splits.basis,
        {{ split_scope('splits', 'costs') }} as scope,
        {{ split_window('splits', 'costs') }} as window_start,
        assigned.allocation_value,
        sum(assigned.cost_cents) as cost_cents
    from assigned
    inner join costs on assigned.cost_id = costs.cost_id
    inner join splits on assigned.allocation_key = splits.allocation_key
    left join met
        on
            costs.subject = met.subject
            and splits.allocation_key = met.allocation_key
            and splits.rule = met.rule
    left join shares
        on splits.allocation_key = shares.allocation_key and splits.rule = shares.rule
    where
        (not splits.is_conditional or met.rule is not null)
        and (
            shares.rule is null
            or {{ is_in('assigned.allocation_value', 'shares.allocation_values') }}
        )
    group by all
),

weights as (
    select
        allocation_key,
        rule,
        scope,
        window_start,
        allocation_value,
        cast(case when basis = 'equal' then 1 else cost_cents end as bigint) as weight
    from looked_at
    where cost_cents > 0
)

select * from weights
