{{ config(meta={'dagster': {'ref': {'name': 'focus_costs'}}}) }}
-- FOCUS: the BilledCost of an invoice's rows is what the invoice asks for. Asked of Atlas's raw
-- header, so a row lost, doubled or converted wrongly shows here by its cents.
with headers as (
    select
        id as invoice_id,
        coalesce(amountBilledCents, 0)
        - coalesce(salesTaxCents, 0)
        + coalesce(startingBalanceCents, 0) as usage_cents,
        coalesce(salesTaxCents, 0) - coalesce(startingBalanceCents, 0) as money_cents
    from {{ source('atlas', 'invoices') }}
),

raw_lines as (
    select
        _invoice_id as invoice_id,
        sum(coalesce(totalPriceCents, 0)) as cents
    from {{ source('atlas', 'invoice_line_items') }}
    group by _invoice_id
),

invoices as (
    select * from {{ ref('focus_invoices') }}
),

-- where several contracts pay, each charge costs what Atlas's report says and only the rest is
-- converted at the invoice's price
several_prices as (
    select
        invoice_id,
        sum(billed_cost) as billed_cost,
        sum(pricing_currency_effective_cost) as nominal_cost
    from {{ ref('stg_atlas__focus_report_rows') }}
    where
        invoice_id in (
            select invoices.invoice_id from invoices
            where has_several_prices
        )
    group by invoice_id
),

asked as (
    select
        invoices.invoice_id,
        invoices.credit_price,
        invoices.is_third_party,
        headers.money_cents,
        several_prices.billed_cost,
        several_prices.nominal_cost,
        case
            when invoices.is_totalled then headers.usage_cents
            else coalesce(raw_lines.cents, 0)
        end as usage_cents
    from invoices
    left join headers on invoices.invoice_id = headers.invoice_id
    left join raw_lines on invoices.invoice_id = raw_lines.invoice_id
    left join several_prices on invoices.invoice_id = several_prices.invoice_id
),

converted as (
    select
        *,
        {{ cents_in_currency('usage_cents', 'credit_price') }} as usage_amount,
        {{ cents_in_currency('money_cents', '1') }} as money_amount,
        {{ in_currency('nominal_cost', 'credit_price') }} as nominal_amount
    from asked
),

payable as (
    select
        invoice_id,
        case
            when is_third_party then 0
            else usage_amount + money_amount + coalesce(billed_cost - nominal_amount, 0)
        end as amount
    from converted
),

billed as (
    select
        InvoiceId as invoice_id,
        sum(BilledCost) as amount,
        sum(case when x_FocusSource = 'atlas_report' then PricingCurrencyEffectiveCost else 0 end)
            as reported_cost
    from {{ ref('focus_costs') }}
    where InvoiceId is not null
    group by InvoiceId
),

-- a row lost of a report would else come back as a difference of ours
raw_reports as (
    select
        invoice_id,
        sum(pricing_currency_effective_cost) as cost
    from {{ ref('stg_atlas__focus_report_rows') }}
    group by invoice_id
)

select
    coalesce(payable.invoice_id, billed.invoice_id) as invoice_id,
    payable.amount as payable,
    billed.amount as billed,
    raw_reports.cost as raw_report_cost,
    billed.reported_cost
from payable
full outer join billed on payable.invoice_id = billed.invoice_id
left join raw_reports on billed.invoice_id = raw_reports.invoice_id
where
    coalesce(payable.amount, 0) != coalesce(billed.amount, 0)
    or coalesce(raw_reports.cost, 0) != coalesce(billed.reported_cost, 0)
