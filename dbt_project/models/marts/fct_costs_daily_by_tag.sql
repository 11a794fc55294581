{{ config(materialized='view') }}

with line_days as (
    select * from {{ ref('fct_line_item_days') }}
),

tag_keys as (
    select * from {{ ref('dim_tag_keys') }}
),

bases as (
    select 'current' as tag_basis
    union all
    select 'first_seen' as tag_basis
),

by_tag as (
    select
        bases.tag_basis,
        tag_keys.tag_key,
        case bases.tag_basis
            when 'current' then {{ tag_value('line_days.tags', 'tag_keys.tag_key') }}
            else {{ tag_value('line_days.tags_first_seen', 'tag_keys.tag_key') }}
        end as tag_value,
        line_days.usage_date,
        line_days.line_item_id,
        line_days.invoice_id,
        line_days.invoice_month,
        line_days.invoice_status,
        line_days.org_id,
        line_days.org_name,
        line_days.project_id,
        line_days.project_name,
        line_days.cluster_name,
        line_days.resource_id,
        line_days.resource_name,
        line_days.resource_type,
        line_days.sku,
        line_days.sku_description,
        line_days.service,
        line_days.category,
        line_days.instance_size,
        line_days.charge_type,
        line_days.is_in_total,
        line_days.cloud_provider,
        line_days.region,
        line_days.atlas_region,
        line_days.region_source,
        line_days.billed_date,
        line_days.unit,
        line_days.pricing_currency,
        line_days.connection,
        line_days.cost_cents,
        line_days.net_cost_cents,
        line_days.list_cost,
        line_days.quantity,
        line_days.line_items
    from line_days
    cross join tag_keys
    cross join bases
)

select * from by_tag
