{{ config(meta={'dagster': {'ref': {'name': 'focus_costs'}}}) }}
-- An invoice's rows may add up to what it asks for and be another day's or SKU's cents: each charge
-- costs what Atlas's report says, or where that has no row what the line says, at its credit price.
-- Of the invoices being built, as by day.
with invoices as (
    select * from {{ ref('focus_invoices') }}
),

focus_rows as (
    {{ with_sku_key(ref('fct_focus_rows')) }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
),

lines as (
    {{ with_sku_key(ref('fct_line_items')) }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
),

-- summed before they are stacked: then no column is asked of the lines of reported charges, and
-- none is grouped, which took 7 s more of each daily build of ten million lines
charges as (
    select
        x_InvoiceId as invoice_id,
        cast(ChargePeriodStart as date) as usage_date,
        x_AtlasSku as sku,
        x_FocusSource as focus_source,
        sum(BilledCost) as billed_cost,
        sum(PricingCurrencyEffectiveCost) as nominal_cost
    from {{ ref('focus_costs') }}
    where
        x_SyntheticReason is null
        and {{ is_changed_by_name(ref('int_changed_invoices'), "x_InvoiceId") }}
    group by x_InvoiceId, usage_date, x_AtlasSku, x_FocusSource
),

-- what both sides have adds up to nothing
balance as (
    select
        focus_rows.invoice_id,
        coalesce(cast(focus_rows.charge_period_start as date), invoices.start_date) as usage_date,
        coalesce(focus_rows.sku, focus_rows.sku_id) as sku,
        'atlas_report' as focus_source,
        case
            when coalesce(focus_rows.invoice_issuer, invoices.invoice_issuer) != 'MongoDB' then 0
            else {{ reported_cost('focus_rows', 'invoices') }}
        end as billed_cost,
        coalesce(focus_rows.pricing_currency_effective_cost, 0) as nominal_cost
    from focus_rows
    inner join invoices on focus_rows.invoice_id = invoices.invoice_id
    union all
    select
        lines.invoice_id,
        lines.usage_date,
        lines.sku,
        'derived' as focus_source,
        case
            when invoices.is_third_party then 0
            else {{ cents_in_currency('lines.cost_cents', 'invoices.credit_price') }}
        end as billed_cost,
        {{ cents_in_currency('lines.cost_cents', '1') }} as nominal_cost
    from lines
    inner join invoices on lines.invoice_id = invoices.invoice_id
    where
        not exists (
            select 1 from focus_rows
            where {{ same_kind('lines', 'focus_rows') }}
        )
    union all
    select
        invoice_id,
        usage_date,
        sku,
        focus_source,
        -billed_cost as billed_cost,
        -nominal_cost as nominal_cost
    from charges
)

select
    invoice_id,
    usage_date,
    sku,
    focus_source,
    sum(billed_cost) as missing_billed_cost,
    sum(nominal_cost) as missing_nominal_cost
from balance
group by invoice_id, usage_date, sku, focus_source
having sum(billed_cost) != 0 or sum(nominal_cost) != 0
