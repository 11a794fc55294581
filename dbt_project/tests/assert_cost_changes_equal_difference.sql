{{ config(meta={'dagster': {'ref': {'name': 'fct_cost_changes'}}}) }}
-- A resource and SKU whose kinds of change do not add up to the difference of two months. All
-- months, whenever they were compared.
with pairs as (
    select * from {{ ref('int_month_pairs') }}
),

months as (
    select * from {{ ref('agg_costs_monthly') }}
),

changes as (
    select * from {{ ref('fct_cost_changes') }}
),

-- what both sides have adds up to nothing
balance as (
    select
        pairs.later_from as usage_month,
        months.resource_id,
        months.sku,
        months.charge_type,
        months.pricing_currency,
        months.cost_cents as cents
    from months
    inner join pairs on months.usage_month = pairs.later_from
    union all
    select
        pairs.later_from as usage_month,
        months.resource_id,
        months.sku,
        months.charge_type,
        months.pricing_currency,
        -months.cost_cents as cents
    from months
    inner join pairs on months.usage_month = pairs.earlier_from
    union all
    select
        usage_month,
        resource_id,
        sku,
        charge_type,
        pricing_currency,
        -amount_cents as cents
    from changes
)

select
    usage_month,
    resource_id,
    sku,
    charge_type,
    pricing_currency,
    sum(cents) as missing_cents
from balance
group by usage_month, resource_id, sku, charge_type, pricing_currency
having sum(cents) != 0
