{{ config(meta={'dagster': {'ref': {'name': 'focus_costs'}}}) }}
-- FOCUS: the BilledCost of an invoice's rows is what the invoice asks for, in each currency. Asked
-- of Atlas's raw header, so a row lost, doubled or converted wrongly shows here by its cents.
-- Of the invoices being built: an invoice whose header, payments or price change is one, and rows
-- of the others follow from tables that other tests look at whole. All of ten million lines took
-- 11 s more of each daily build than those of three months.
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
    where {{ is_changed_by_name(ref('int_changed_invoices'), "_invoice_id") }}
    group by _invoice_id
),

invoices as (
    select * from {{ ref('focus_invoices') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
),

raw_rows as (
    select * from {{ ref('stg_atlas__focus_report_rows') }}
    where {{ is_changed_by_name(ref('int_changed_invoices')) }}
),

-- where several contracts pay, each payment asks for its own
prices as (
    select
        paid.invoice_id,
        coalesce(paid.billing_currency, invoices.billing_currency) as billing_currency,
        coalesce(paid.credit_price, invoices.credit_price) as credit_price,
        paid.usage_cents,
        paid.sales_tax_cents
    from {{ ref('fct_invoice_prices') }} as paid
    inner join invoices on paid.invoice_id = invoices.invoice_id
    where invoices.has_several_prices and paid.usage_cents != 0
),

-- before it is paid, each charge costs what Atlas's report says
reports as (
    select
        reported.invoice_id,
        coalesce(reported.billing_currency, invoices.billing_currency) as billing_currency,
        {{ reported_cost('reported', 'invoices') }} as billed_cost,
        reported.pricing_currency_effective_cost as nominal_cost
    from raw_rows as reported
    inner join invoices on reported.invoice_id = invoices.invoice_id
    where
        invoices.has_several_prices
        and invoices.invoice_id not in (select prices.invoice_id from prices)
),

-- and all the rest of an invoice is converted at its main price
asked as (
    select
        invoices.invoice_id,
        invoices.billing_currency,
        case
            when invoices.is_totalled
                then {{ cents_in_currency('headers.usage_cents', 'invoices.credit_price') }}
            else {{ cents_in_currency('coalesce(raw_lines.cents, 0)', 'invoices.credit_price') }}
        end + {{ cents_in_currency('headers.money_cents', '1') }} as amount
    from invoices
    left join headers on invoices.invoice_id = headers.invoice_id
    left join raw_lines on invoices.invoice_id = raw_lines.invoice_id
    union all
    select
        invoice_id,
        billing_currency,
        {{ cents_in_currency('usage_cents', 'credit_price') }}
        + {{ cents_in_currency('sales_tax_cents', '1') }} as amount
    from prices
    union all
    select
        prices.invoice_id,
        invoices.billing_currency,
        -{{ cents_in_currency('prices.usage_cents', 'invoices.credit_price') }}
        - {{ cents_in_currency('prices.sales_tax_cents', '1') }} as amount
    from prices
    inner join invoices on prices.invoice_id = invoices.invoice_id
    union all
    select
        invoice_id,
        billing_currency,
        billed_cost as amount
    from reports
    union all
    select
        reports.invoice_id,
        invoices.billing_currency,
        -{{ in_currency('reports.nominal_cost', 'invoices.credit_price') }} as amount
    from reports
    inner join invoices on reports.invoice_id = invoices.invoice_id
),

payable as (
    select
        asked.invoice_id,
        asked.billing_currency,
        sum(case when invoices.is_third_party then 0 else asked.amount end) as amount
    from asked
    inner join invoices on asked.invoice_id = invoices.invoice_id
    group by asked.invoice_id, asked.billing_currency
),

-- summed at once: then no column is asked of the lines of reported charges, and none is grouped
billed as (
    select
        x_InvoiceId as invoice_id,
        BillingCurrency as billing_currency,
        sum(BilledCost) as amount,
        sum(
            case when x_FocusSource = 'atlas_report' then PricingCurrencyEffectiveCost end
        ) as reported_cost
    from {{ ref('focus_costs') }}
    where
        InvoiceId is not null
        and {{ is_changed_by_name(ref('int_changed_invoices'), "x_InvoiceId") }}
    group by x_InvoiceId, BillingCurrency
),

-- a row lost of a report would else come back as a difference of ours
raw_reports as (
    select
        invoice_id,
        sum(pricing_currency_effective_cost) as cost
    from raw_rows
    group by invoice_id
),

kept_reports as (
    select
        invoice_id,
        sum(reported_cost) as cost
    from billed
    group by invoice_id
)

select
    coalesce(payable.invoice_id, billed.invoice_id) as invoice_id,
    coalesce(payable.billing_currency, billed.billing_currency) as billing_currency,
    payable.amount as payable,
    billed.amount as billed,
    raw_reports.cost as raw_report_cost,
    kept_reports.cost as reported_cost
from payable
full outer join billed
    on
        payable.invoice_id = billed.invoice_id
        and payable.billing_currency = billed.billing_currency
left join raw_reports
    on coalesce(payable.invoice_id, billed.invoice_id) = raw_reports.invoice_id
left join kept_reports
    on coalesce(payable.invoice_id, billed.invoice_id) = kept_reports.invoice_id
where
    coalesce(payable.amount, 0) != coalesce(billed.amount, 0)
    or coalesce(raw_reports.cost, 0) != coalesce(kept_reports.cost, 0)
