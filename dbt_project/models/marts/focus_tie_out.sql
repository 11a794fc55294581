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

row_groups as (
    select
        invoice_id,
        usage_date,
        sku_key,
        min(sku) as sku,
        coalesce(project_id, '') as project_key,
        coalesce(cluster_name, '') as cluster_key,
        count(*) as report_rows,
        100 * sum(coalesce(pricing_currency_effective_cost, 0)) as cost_cents,
        100 * sum(billed_cost) as billed_cents,
        sum(coalesce(consumed_quantity, pricing_quantity)) as quantity,
        min(atlas_category) as atlas_category,
        count(distinct region_id) as regions
    from focus_rows
    group by invoice_id, usage_date, sku_key, project_key, cluster_key
),

joined as (
    select
        coalesce(row_groups.invoice_id, line_groups.invoice_id) as invoice_id,
        coalesce(row_groups.usage_date, line_groups.usage_date) as usage_date,
        coalesce(row_groups.sku, line_groups.sku) as sku,
        coalesce(row_groups.project_key, line_groups.project_key) as project_key,
        coalesce(row_groups.cluster_key, line_groups.cluster_key) as cluster_key,
        coalesce(row_groups.report_rows, 0) as report_rows,
        coalesce(line_groups.line_items, 0) as line_items,
        row_groups.cost_cents as reported_cents,
        line_groups.cost_cents as line_cents,
        row_groups.billed_cents as reported_billed_cents,
        row_groups.quantity as reported_quantity,
        line_groups.quantity as line_quantity,
        row_groups.regions,
        row_groups.atlas_category,
        line_groups.service,
        line_groups.charge_type
    from row_groups
    full outer join line_groups
        on
            row_groups.invoice_id = line_groups.invoice_id
            and row_groups.usage_date = line_groups.usage_date
            and row_groups.sku_key = line_groups.sku_key
            and row_groups.project_key = line_groups.project_key
            and row_groups.cluster_key = line_groups.cluster_key
),

compared as (
    select
        joined.*,
        invoices.org_id,
        invoices.invoice_month,
        invoices.connection,
        invoices.is_third_party,
        invoices.has_several_prices,
        coalesce(joined.reported_cents, 0) - coalesce(joined.line_cents, 0) as difference_cents,
        joined.reported_billed_cents
        - 100 * {{ cents_in_currency('joined.line_cents', 'invoices.credit_price') }}
            as billed_difference_cents
    from joined
    inner join invoices on joined.invoice_id = invoices.invoice_id
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
                or not (is_third_party or has_several_prices)
                and abs(billed_difference_cents) > 0.5 * line_items
                then 'differs'
            else 'tied'
        end as tie,
        connection
    from compared
)

select * from final
