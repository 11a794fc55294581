{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ delete_stale(ref('stg_atlas__focus_reports'), 'report_id') }}"
) }}

with reports as (
    select * from {{ ref('stg_atlas__focus_reports') }}
    where {{ is_missing('invoice_id') }}
),

focus_rows as (
    select
        *,
        {{ focus_issuer('invoice_issuer') }} as issuer,
        coalesce(abs(pricing_currency_effective_cost), 0) as size
    from {{ ref('stg_atlas__focus_report_rows') }}
    where invoice_id in (select reports.invoice_id from reports)
),

summed as (
    select
        invoice_id,
        max(billing_currency) as billing_currency,
        max(untyped_columns) as untyped_columns,
        count(*) as report_rows,
        max(pricing_currency) as pricing_currency,
        case when min(issuer) = max(issuer) then max(issuer) end as invoice_issuer,
        count(distinct credit_price) > 1 as has_several_prices
    from focus_rows
    group by invoice_id
),

-- several contracts may pay one invoice, each at its own price: the dearest charge's is named
dearest as (
    select
        invoice_id,
        credit_price
    from focus_rows
    where credit_price is not null
    qualify row_number() over (
        partition by invoice_id order by size desc, credit_price desc
    ) = 1
),

final as (
    select
        reports.invoice_id,
        reports.report_id,
        summed.billing_currency,
        summed.untyped_columns,
        coalesce(summed.report_rows, 0) as report_rows,
        summed.pricing_currency,
        summed.invoice_issuer,
        coalesce(summed.has_several_prices, false) as has_several_prices,
        dearest.credit_price
    from reports
    left join summed on reports.invoice_id = summed.invoice_id
    left join dearest on reports.invoice_id = dearest.invoice_id
)

select * from final
