{{ config(
    materialized='incremental',
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
        max(untyped_columns) as untyped_columns,
        count(*) as report_rows,
        case when min(issuer) = max(issuer) then max(issuer) end as invoice_issuer,
        count(distinct credit_price) > 1 or count(distinct billing_currency) > 1
            as has_several_prices,
        bool_or(credit_price != 1 or billing_currency != 'USD') as is_in_credits
    from focus_rows
    group by invoice_id
),

priced as (
    select
        invoice_id,
        billing_currency,
        credit_price,
        max(pricing_currency) as pricing_currency,
        sum(size) as paid
    from focus_rows
    group by invoice_id, billing_currency, credit_price
),

-- several contracts may pay one invoice, each at its own price: that which pays most is named
contracts as (
    select * from priced
    qualify row_number() over (
        partition by invoice_id
        order by
            billing_currency is null or credit_price is null,
            paid desc,
            credit_price desc,
            billing_currency asc
    ) = 1
),

final as (
    select
        reports.invoice_id,
        reports.report_id,
        contracts.billing_currency,
        summed.untyped_columns,
        coalesce(summed.report_rows, 0) as report_rows,
        contracts.pricing_currency,
        summed.invoice_issuer,
        coalesce(summed.has_several_prices, false) as has_several_prices,
        summed.is_in_credits,
        contracts.credit_price
    from reports
    left join summed on reports.invoice_id = summed.invoice_id
    left join contracts on reports.invoice_id = contracts.invoice_id
)

select * from final
