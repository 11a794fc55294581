-- by invoice: a report that was landed anew, by another connection, or no more, is dropped first.
-- Only where an invoice changed, as it does with its report: to ask ten million rows which report
-- they are of took 1.5 s
{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook="{{ delete_stale(
        ref('stg_atlas__focus_reports'), 'landing_file', 'connection', ref('int_changed_invoices')
    ) }}"
) }}

with reports as (
    select * from {{ ref('stg_atlas__focus_reports') }}
    where
        {{ is_held(ref('int_changed_invoices')) }}
        and {{ is_missing('invoice_id', ref('int_changed_invoices')) }}
),

-- by a list of few ids, or ten million rows are read and typed to leave nearly all of them out
focus_rows as (
    select * from {{ ref('stg_atlas__focus_report_rows') }}
    where invoice_id in (select reports.invoice_id from reports)
),

final as (
    select
        invoice_id,
        report_row,
        org_id,
        org_name,
        project_id,
        project_name,
        cluster_name,
        sku,
        atlas_category,
        sku_id,
        sku_meter,
        sku_price_id,
        {{ text_to_json('sku_price_details') }} as sku_price_details,
        region_id,
        region_name,
        {{ focus_host('host_provider_name') }} as host_provider_name,
        service_category,
        service_name,
        service_provider_name,
        {{ focus_issuer('invoice_issuer') }} as invoice_issuer,
        charge_category,
        charge_description,
        {{ text_to_json('contract_applied') }} as contract_applied,
        consumed_unit,
        pricing_unit,
        pricing_currency,
        billing_currency,
        {{ tags_text_to_json('tags_text') }} as tags,
        billed_cost,
        contracted_cost,
        contracted_unit_price,
        effective_cost,
        list_cost,
        list_unit_price,
        pricing_currency_contracted_unit_price,
        pricing_currency_effective_cost,
        pricing_currency_list_unit_price,
        credit_price,
        consumed_quantity,
        pricing_quantity,
        billing_period_start,
        billing_period_end,
        charge_period_start,
        charge_period_end,
        billed_date_start,
        billed_date_end,
        usage_date,
        connection,
        landing_file
    from focus_rows
)

select * from final
