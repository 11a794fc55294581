{{ config(meta={'dagster': {'ref': {'name': 'fct_focus_rows'}}}) }}
-- A row of Atlas's report that fct_focus_rows lost or doubled, or a cost under another day or SKU.
-- All invoices, whenever they were built; a report whose invoice is gone is of none.
with balance as (
    select
        invoice_id,
        usage_date,
        sku,
        1 as report_rows,
        billed_cost,
        pricing_currency_effective_cost as nominal_cost
    from {{ ref('stg_atlas__focus_report_rows') }}
    where
        invoice_id in (
            select invoices.invoice_id from {{ ref('stg_atlas__invoices') }} as invoices
        )
    union all
    select
        invoice_id,
        usage_date,
        sku,
        -1 as report_rows,
        -billed_cost as billed_cost,
        -pricing_currency_effective_cost as nominal_cost
    from {{ ref('fct_focus_rows') }}
)

select
    invoice_id,
    usage_date,
    sku,
    sum(report_rows) as missing_report_rows,
    sum(billed_cost) as missing_billed_cost,
    sum(nominal_cost) as missing_nominal_cost
from balance
group by invoice_id, usage_date, sku
having sum(report_rows) != 0 or sum(billed_cost) != 0 or sum(nominal_cost) != 0
