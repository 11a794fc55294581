with focus_rows as (
    {{ with_sku_key(ref('fct_focus_rows')) }}
),

invoices as (
    select * from {{ ref('focus_invoices') }}
    where report_rows > 0
),

locations as (
    {{ locations() }}
),

joined as (
    select
        focus_rows.*,
        locations.location,
        invoices.org_id as invoice_org_id,
        invoices.org_name as invoice_org_name,
        invoices.start_date,
        invoices.end_date,
        invoices.invoice_issuer as usual_issuer,
        coalesce(focus_rows.credit_price, invoices.credit_price) as known_price,
        coalesce(focus_rows.pricing_currency, invoices.pricing_currency) as known_pricing_currency,
        coalesce(focus_rows.billing_currency, invoices.billing_currency) as known_currency,
        coalesce(focus_rows.pricing_currency_effective_cost, 0) as nominal_cost,
        {{ reported_cost('focus_rows', 'invoices') }} as known_billed
    from focus_rows
    inner join invoices on focus_rows.invoice_id = invoices.invoice_id
    left join locations on focus_rows.region_id = locations.region
),

final as (
    select
        invoice_id,
        invoice_id as atlas_invoice_id,
        coalesce(org_id, invoice_org_id) as org_id,
        coalesce(org_name, invoice_org_name) as org_name,
        connection,
        -- Atlas's report has the moment the invoice was made, which no other row of it would have
        cast(start_date as timestamp) as billing_period_start,
        cast(end_date as timestamp) as billing_period_end,
        coalesce(charge_period_start, cast(start_date as timestamp)) as charge_period_start,
        coalesce(
            charge_period_end,
            cast({{ add_days('usage_date', 1) }} as timestamp),
            cast(end_date as timestamp)
        ) as charge_period_end,
        billed_date_start,
        billed_date_end,
        charge_category,
        cast(null as string) as charge_class,
        case when atlas_category = 'Support' then 'Recurring' end as charge_frequency,
        charge_description,
        known_billed as billed_cost,
        coalesce(effective_cost, known_billed) as effective_cost,
        coalesce(contracted_cost, known_billed) as contracted_cost,
        coalesce(list_cost, known_billed) as list_cost,
        {{ price_that_gives(
            'coalesce(contracted_cost, known_billed)', 'contracted_unit_price', 'pricing_quantity'
        ) }} as contracted_unit_price,
        list_unit_price,
        {{ price_that_gives(
            'nominal_cost', 'pricing_currency_contracted_unit_price', 'pricing_quantity'
        ) }} as pricing_currency_contracted_unit_price,
        nominal_cost as pricing_currency_effective_cost,
        pricing_currency_list_unit_price,
        pricing_quantity,
        pricing_unit,
        consumed_quantity,
        consumed_unit,
        known_pricing_currency as pricing_currency,
        known_currency as billing_currency,
        known_price as credit_price,
        contract_applied,
        coalesce(invoice_issuer, usual_issuer) as invoice_issuer,
        host_provider_name,
        region_id,
        coalesce(region_name, location) as region_name,
        project_id || '/' || cluster_name as resource_id,
        cluster_name as resource_name,
        'cluster' as resource_type,
        coalesce(sku, sku_id) as sku,
        sku_meter,
        sku_price_id,
        sku_price_details,
        atlas_category as sku_category,
        project_id,
        project_name,
        tags as tags_json,
        'atlas_report' as focus_source,
        cast(null as string) as synthetic_reason,
        cast(null as string) as line_item_id,
        report_row,
        usage_date,
        sku_key,
        coalesce(project_id, '') as project_key,
        coalesce(cluster_name, '') as cluster_key
    from joined
)

select * from final
