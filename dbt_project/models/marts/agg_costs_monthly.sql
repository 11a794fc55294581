{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook='{{ delete_changed() }}'
) }}

with line_days as (
    {{ line_days(ref('fct_line_items'), is_changed()) }}
),

monthly as (
    select
        {{ first_of_month('usage_date') }} as usage_month,
        invoice_id,
        invoice_month,
        connection,
        org_id,
        org_name,
        project_id,
        project_name,
        cloud_provider,
        service,
        category,
        region,
        atlas_region,
        region_source,
        charge_type,
        is_in_total,
        pricing_currency,
        resource_id,
        resource_name,
        resource_type,
        cluster_name,
        sku,
        instance_size,
        unit,
        tags,
        tags_first_seen,
        cast(sum(cost_cents) as bigint) as cost_cents,
        cast(sum(list_cost) as decimal(28, 12)) as list_cost,
        cast(sum(quantity) as decimal(38, 18)) as quantity,
        cast(sum(line_items) as bigint) as line_items
    from line_days
    group by all
    order by usage_month
)

select * from monthly
