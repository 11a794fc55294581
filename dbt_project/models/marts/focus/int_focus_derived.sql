with lines as (
    select * from {{ ref('fct_line_items') }}
    where not is_in_focus_report
),

invoices as (
    select * from {{ ref('focus_invoices') }}
),

locations as (
    {{ locations() }}
),

unreported as (
    select
        lines.*,
        locations.location,
        {{ charge_category('lines.charge_type') }} as charge_category,
        {{ cents_in_currency('lines.cost_cents', 'invoices.credit_price') }} as billed_cost,
        {{ cents_in_currency('lines.cost_cents', '1') }} as nominal_cost,
        {{ in_currency('lines.list_cost', 'invoices.credit_price') }} as known_list_cost,
        {{ in_currency('lines.unit_price', 'invoices.credit_price') }} as list_unit_price,
        invoices.start_date,
        invoices.end_date,
        invoices.pricing_currency as known_pricing_currency,
        invoices.billing_currency,
        invoices.credit_price,
        invoices.credit_price_source,
        invoices.invoice_issuer
    from lines
    inner join invoices on lines.invoice_id = invoices.invoice_id
    left join locations on lines.region = locations.region
),

final as (
    select
        invoice_id,
        invoice_id as atlas_invoice_id,
        org_id,
        org_name,
        connection,
        cast(start_date as timestamp) as billing_period_start,
        cast(end_date as timestamp) as billing_period_end,
        cast(usage_date as timestamp) as charge_period_start,
        cast(usage_end_date as timestamp) as charge_period_end,
        cast(billed_date as timestamp) as billed_date_start,
        cast({{ add_days('billed_date', 1) }} as timestamp) as billed_date_end,
        charge_category,
        cast(null as string) as charge_class,
        {{ charge_frequency('charge_category', "charge_type = 'support'") }} as charge_frequency,
        coalesce(sku_description, sku) as charge_description,
        billed_cost,
        billed_cost as effective_cost,
        billed_cost as contracted_cost,
        coalesce(known_list_cost, billed_cost) as list_cost,
        {{ price_that_gives('billed_cost', 'list_unit_price', 'quantity') }}
            as contracted_unit_price,
        list_unit_price,
        {{ price_that_gives('nominal_cost', 'unit_price', 'quantity') }}
            as pricing_currency_contracted_unit_price,
        nominal_cost as pricing_currency_effective_cost,
        unit_price as pricing_currency_list_unit_price,
        quantity as pricing_quantity,
        coalesce(unit, 'Units') as pricing_unit,
        quantity as consumed_quantity,
        coalesce(unit, 'Units') as consumed_unit,
        known_pricing_currency as pricing_currency,
        billing_currency,
        case when credit_price_source != 'unknown' then credit_price end as credit_price,
        cast(null as string) as contract_applied,
        invoice_issuer,
        case cloud_provider
            when 'AWS' then 'AWS'
            when 'AZURE' then 'Microsoft'
            when 'GCP' then 'Google Cloud'
        end as host_provider_name,
        case when region not in ('multi-region', 'unknown') then region end as region_id,
        location as region_name,
        resource_id,
        coalesce(cluster_name, resource_name) as resource_name,
        resource_type,
        sku,
        category as sku_meter,
        sku || coalesce(':' || cast(unit_price as string), '') as sku_price_id,
        {{ price_details('instance_size', 'tier_lower_bound', 'tier_upper_bound') }}
            as sku_price_details,
        service as sku_category,
        project_id,
        project_name,
        {{ tags_to_json('tags') }} as tags_json,
        'derived' as focus_source,
        cast(null as string) as synthetic_reason,
        line_item_id,
        cast(null as bigint) as report_row,
        cast(null as date) as usage_date,
        {{ nulls_of('string', ['sku_key', 'project_key', 'cluster_key']) }}
    from unreported
)

select * from final
