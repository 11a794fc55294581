{{ config(materialized='view') }}

with invoices as (
    select * from {{ ref('focus_invoices') }}
    where report_rows > 0
),

line_groups as (
    select * from {{ ref('int_focus_line_groups') }}
),

focus_rows as (
    {{ with_sku_key(ref('fct_focus_rows')) }}
),

-- both sides in one table and then added up, not joined: a question about one invoice is then
-- answered from its rows alone
sides as (
    select
        invoice_id,
        usage_date,
        sku_key,
        coalesce(project_id, '') as project_key,
        coalesce(cluster_name, '') as cluster_key,
        sku as reported_sku,
        1 as report_rows,
        100 * coalesce(pricing_currency_effective_cost, 0) as reported_cents,
        100 * billed_cost as reported_billed_cents,
        coalesce(consumed_quantity, pricing_quantity) as reported_quantity,
        atlas_category,
        region_id,
        cast(null as string) as line_sku,
        0 as line_items,
        {{ wide('null') }} as line_cents,
        cast(null as decimal(38, 18)) as line_quantity,
        cast(null as string) as service,
        cast(null as string) as charge_type
    from focus_rows
    union all
    select
        invoice_id,
        usage_date,
        sku_key,
        project_key,
        cluster_key,
        cast(null as string) as reported_sku,
        0 as report_rows,
        cast(null as decimal(38, 18)) as reported_cents,
        cast(null as decimal(38, 18)) as reported_billed_cents,
        cast(null as decimal(38, 18)) as reported_quantity,
        cast(null as string) as atlas_category,
        cast(null as string) as region_id,
        sku as line_sku,
        line_items,
        cost_cents as line_cents,
        quantity as line_quantity,
        service,
        charge_type
    from line_groups
),

added as (
    select
        invoice_id,
        usage_date,
        coalesce(min(reported_sku), min(line_sku)) as sku,
        project_key,
        cluster_key,
        cast(sum(report_rows) as bigint) as report_rows,
        cast(sum(line_items) as bigint) as line_items,
        sum(reported_cents) as reported_cents,
        sum(line_cents) as line_cents,
        sum(reported_billed_cents) as reported_billed_cents,
        sum(reported_quantity) as reported_quantity,
        sum(line_quantity) as line_quantity,
        case when sum(report_rows) > 0 then count(distinct region_id) end as regions,
        min(atlas_category) as atlas_category,
        min(service) as service,
        min(charge_type) as charge_type
    from sides
    group by
        invoice_id,
        usage_date,
        sku_key,
        project_key,
        cluster_key,
        -- what has no day or no SKU is of no kind, and equals nothing
        case when usage_date is null or sku_key is null then line_items end
),

compared as (
    select
        added.*,
        invoices.org_id,
        invoices.invoice_month,
        invoices.connection,
        invoices.is_third_party,
        invoices.has_several_report_prices,
        coalesce(added.reported_cents, 0) - coalesce(added.line_cents, 0) as difference_cents,
        added.reported_billed_cents
        - 100 * {{ cents_in_currency('added.line_cents', 'invoices.credit_price') }}
            as billed_difference_cents
    from added
    inner join invoices on added.invoice_id = invoices.invoice_id
),

final as (
    select
        invoice_id,
        org_id,
        invoice_month,
        usage_date,
        sku,
        nullif(project_key, '') as project_id,
        nullif(cluster_key, '') as cluster_name,
        report_rows,
        line_items,
        regions,
        reported_cents,
        line_cents,
        difference_cents,
        reported_billed_cents,
        billed_difference_cents,
        reported_quantity,
        line_quantity,
        atlas_category,
        service,
        case
            when report_rows = 0 and charge_type = 'minimum_charge' then 'left_out_by_atlas'
            when report_rows = 0 then 'not_in_report'
            when line_items = 0 then 'not_in_invoice'
            -- each booked line is rounded, by half a cent at most
            when
                abs(difference_cents) > 0.5 * line_items
                or not (is_third_party or has_several_report_prices)
                and abs(billed_difference_cents) > 0.5 * line_items
                then 'differs'
            else 'tied'
        end as tie,
        connection
    from compared
)

select * from final
