{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook='{{ delete_changed() }}'
) }}

with line_days as (
    {{ line_days(ref('fct_line_items'), is_changed()) }}
),

daily as (
    select
        usage_date,
        billed_date,
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
        region_source,
        charge_type,
        is_in_total,
        pricing_currency,
        cast(sum(cost_cents) as bigint) as cost_cents,
        cast(sum(line_items) as bigint) as line_items
    from line_days
    group by all
    order by usage_date
)

select * from daily
