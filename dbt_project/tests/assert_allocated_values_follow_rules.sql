{{ config(meta={'dagster': {'ref': {'name': 'allocated_costs_daily'}}}) }}
-- A value that its rule cannot give, or on a day that the rule is not for: the rules were changed
-- and the costs were not allocated again, or were allocated by another rule than they say. Day by
-- day, because percentages that change in April are two rules of one name.
with rules as (
    select * from {{ ref('stg_config__allocation_rules') }}
),

shares as (
    select * from {{ ref('stg_config__allocation_shares') }}
),

allocated as (
    select distinct
        allocation_key,
        allocation_value,
        allocation_rule,
        allocation_method,
        usage_date
    from {{ ref('allocated_costs_daily') }}
)

select allocated.*
from allocated
where not exists (
    select 1
    from rules
    left join shares
        on
            rules.allocation_key = shares.allocation_key
            and rules.rule = shares.rule
            and allocated.allocation_value = shares.allocation_value
    where
        rules.allocation_key = allocated.allocation_key
        and rules.rule_name = allocated.allocation_rule
        and rules.method = allocated.allocation_method
        and rules.valid_from <= allocated.usage_date
        and rules.valid_to > allocated.usage_date
        and coalesce(rules.allocation_value, allocated.allocation_value)
        = allocated.allocation_value
        and (rules.method != 'fixed' or shares.rule is not null)
)
