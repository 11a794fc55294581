{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook='{{ delete_changed() }}'
) }}

-- depends_on: {{ ref('int_changed_invoices') }}
with lines as (
    select * from {{ ref('int_line_items_placed') }}
),

services as (
    select * from {{ ref('int_listed_services') }}
),

discount_rules as (
    select * from {{ ref('int_invoice_discount_rules') }}
),

pricing as (
    select * from {{ ref('int_invoice_pricing') }}
),

organizations as (
    select * from {{ ref('int_organizations') }}
),

projects as (
    select * from {{ ref('stg_atlas__projects') }}
),

joined as (
    select
        lines.*,
        coalesce(lines.project_name, projects.project_name, lines.project_id)
            as known_project_name,
        organizations.org_name,
        coalesce(pricing.pricing_currency, 'USD') as pricing_currency,
        discount_rules.discount_rule,
        -- Atlas may name the percentage alone
        coalesce(
            lines.discount_cents,
            cast(round(lines.cost_cents * lines.percent_discount / 100, 0) as bigint),
            0
        ) as known_discount_cents,
        services.only_name as service_name
    from lines
    left join services on lines.resource_id = services.resource_id
    left join discount_rules on lines.invoice_id = discount_rules.invoice_id
    left join pricing on lines.invoice_id = pricing.invoice_id
    left join organizations on lines.org_id = organizations.org_id
    left join projects on lines.project_id = projects.project_id
),

final as (
    select
        line_item_id,
        invoice_id,
        invoice_month,
        invoice_status,
        org_id,
        org_name,
        project_id,
        known_project_name as project_name,
        cluster_name,
        resource_id,
        {{ resource_name('joined', 'known_project_name', 'service_name', 'org_name') }}
            as resource_name,
        resource_type,
        sku,
        sku_description,
        service,
        category,
        instance_size,
        charge_type,
        {{ is_in_total('charge_type') }} as is_in_total,
        cloud_provider,
        region,
        atlas_region,
        region_source,
        is_in_focus_report,
        usage_date,
        usage_end_date,
        {{ days_between('usage_date', 'usage_end_date') }} as usage_days,
        billed_date,
        quantity,
        unit,
        unit_price,
        list_cost,
        known_discount_cents as discount_cents,
        cost_cents,
        case
            when discount_rule = 'gross' then cost_cents - known_discount_cents
            else cost_cents
        end as net_cost_cents,
        pricing_currency,
        tags,
        tags_first_seen,
        stitch_app_name,
        note,
        tier_lower_bound,
        tier_upper_bound,
        classified_by,
        connection,
        landing_file
    from joined
    -- date order on disk is what lets a page that asks for a month skip the others; the few
    -- lines of several days, of which any month may have days, lie together at the end
    order by usage_days > 1, usage_date, invoice_id, line_item_id
)

select * from final
