with costs as (
    select * from {{ ref('int_allocation_costs') }}
),

periods as (
    select * from {{ ref('int_allocation_periods') }}
),

shares as (
    select * from {{ ref('stg_config__allocation_shares') }}
),

fitted as (
    select
        costs.cost_id,
        periods.allocation_key,
        periods.rule,
        periods.method,
        periods.allocation_value,
        costs.cost_cents,
        costs.usage_date,
        costs.resource_id,
        costs.subject
    from costs
    inner join periods
        on
            costs.subject = periods.subject
            and costs.usage_date >= periods.period_start
            and costs.usage_date < periods.period_end
),

weighed as (
    select
        fitted.cost_id,
        fitted.allocation_key,
        fitted.rule,
        shares.allocation_value,
        shares.weight,
        fitted.cost_cents,
        {{ tie_break('fitted') }} as tie_break
    from fitted
    inner join shares
        on fitted.allocation_key = shares.allocation_key and fitted.rule = shares.rule
    where fitted.method = 'fixed'
),

fixed as (
    {{ divided('weighed') }}
),

assigned as (
    select
        cost_id,
        allocation_key,
        rule,
        method,
        allocation_value,
        cost_cents
    from fitted
    where method != 'fixed'
    union all
    select
        cost_id,
        allocation_key,
        rule,
        'fixed' as method,
        allocation_value,
        cost_cents
    from fixed
)

select * from assigned
