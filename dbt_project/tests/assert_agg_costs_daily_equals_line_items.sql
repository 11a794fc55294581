{{ config(meta={'dagster': {'ref': {'name': 'agg_costs_daily'}}}) }}
-- A dimension of the daily aggregate whose null no group kept, so that its costs left every page;
-- or cents under another day, service, project or region. All invoices, whenever they were built.
with balance as (
    select
        invoice_id,
        usage_date,
        service,
        charge_type,
        project_id,
        region,
        cost_cents as cents,
        line_items
    from {{ ref('fct_line_item_days') }}
    union all
    select
        invoice_id,
        usage_date,
        service,
        charge_type,
        project_id,
        region,
        -cost_cents as cents,
        -line_items as line_items
    from {{ ref('agg_costs_daily') }}
)

select
    invoice_id,
    usage_date,
    service,
    charge_type,
    project_id,
    region,
    sum(cents) as missing_cents,
    sum(line_items) as missing_line_items
from balance
group by grouping sets (  -- noqa: PRS
    (invoice_id, usage_date, service, charge_type), (invoice_id, project_id, region)
)
having sum(cents) != 0 or sum(line_items) != 0
