with line_days as (
    select * from {{ ref('fct_line_item_days') }}
),

daily as (
    select
        usage_date,
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
        pricing_currency,
        cast(sum(cost_cents) as bigint) as cost_cents,
        cast(sum(line_items) as bigint) as line_items
    from line_days
    group by all
    order by usage_date
)

select * from daily
