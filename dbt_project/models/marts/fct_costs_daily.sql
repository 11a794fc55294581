{{ config(materialized='view') }}

with line_days as (
    select * from {{ ref('fct_line_item_days') }}
),

daily as (
    select
        usage_date,
        invoice_id,
        invoice_month,
        invoice_status,
        org_id,
        org_name,
        project_id,
        project_name,
        cluster_name,
        resource_id,
        resource_name,
        resource_type,
        sku,
        sku_description,
        service,
        category,
        instance_size,
        charge_type,
        is_in_total,
        cloud_provider,
        region,
        atlas_region,
        region_source,
        billed_date,
        unit,
        pricing_currency,
        tags,
        tags_first_seen,
        connection,
        cast(sum(cost_cents) as bigint) as cost_cents,
        cast(sum(net_cost_cents) as bigint) as net_cost_cents,
        cast(sum(list_cost) as decimal(28, 12)) as list_cost,
        cast(sum(quantity) as decimal(38, 18)) as quantity,
        cast(sum(line_items) as bigint) as line_items
    from line_days
    group by all
)

select * from daily
