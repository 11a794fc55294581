{{ config(meta={'dagster': {'ref': {'name': 'allocated_costs_daily'}}}) }}
-- A cent in no value of a key, or in two: a team would be charged for another's, or nobody for it.
-- Compared for each key by day, service and resource, credits among them.
with keys as (
    select * from {{ ref('dim_allocation_keys') }}
),

-- summed before there is a row for each key
costs as (
    select
        usage_date,
        invoice_month,
        project_id,
        resource_id,
        service,
        charge_type,
        sum(cost_cents) as cents
    from {{ ref('fct_line_item_days') }}
    where exists (select 1 from keys)
    group by usage_date, invoice_month, project_id, resource_id, service, charge_type
),

-- what both sides have adds up to nothing
balance as (
    select
        keys.allocation_key,
        costs.*
    from costs
    cross join keys
    union all
    select
        allocation_key,
        usage_date,
        invoice_month,
        project_id,
        resource_id,
        service,
        charge_type,
        -cost_cents as cents
    from {{ ref('allocated_costs_daily') }}
)

select
    allocation_key,
    usage_date,
    invoice_month,
    project_id,
    resource_id,
    service,
    charge_type,
    sum(cents) as missing_cents
from balance
group by
    allocation_key, usage_date, invoice_month, project_id, resource_id, service, charge_type
having sum(cents) != 0
