with invoices as (
    select * from {{ ref('fct_invoices') }}
),

reported as (
    select * from {{ ref('int_focus_invoices') }}
),

pricing as (
    select * from {{ ref('int_invoice_pricing') }}
),

prices as (
    select * from {{ ref('fct_invoice_prices') }}
),

-- tax that was paid in another currency than most of the invoice
other_taxes as (
    select
        prices.invoice_id,
        sum(prices.sales_tax_cents) as cents
    from prices
    inner join pricing on prices.invoice_id = pricing.invoice_id
    where prices.usage_cents != 0 and prices.billing_currency != pricing.billing_currency
    group by prices.invoice_id
),

priced as (
    select
        invoices.*,
        coalesce(reported.report_rows, 0) as report_rows,
        coalesce(reported.invoice_issuer, 'MongoDB') as invoice_issuer,
        coalesce(reported.has_several_prices, false) as has_several_report_prices,
        reported.pricing_currency as reported_pricing_currency,
        pricing.credit_price as known_credit_price,
        coalesce(pricing.billing_currency, 'USD') as known_billing_currency,
        coalesce(other_taxes.cents, 0) as other_tax_cents
    from invoices
    left join reported on invoices.invoice_id = reported.invoice_id
    left join pricing on invoices.invoice_id = pricing.invoice_id
    left join other_taxes on invoices.invoice_id = other_taxes.invoice_id
),

converted as (
    select
        *,
        case
            when credit_price is not null then 'invoice'
            -- one that names no price yet: as the invoices beside it
            when known_credit_price is not null then 'organization'
            when pricing_currency = 'USD' then 'list'
            else 'unknown'
        end as credit_price_source,
        -- where Atlas has totalled nothing yet, what has accrued; tax and balance are money
        case
            when is_reconciled is null then line_items_cents
            else amount_billed_cents - sales_tax_cents + starting_balance_cents
        end as usage_cents
    from priced
),

final as (
    select
        invoice_id,
        org_id,
        org_name,
        invoice_month,
        start_date,
        end_date,
        status,
        coalesce(reported_pricing_currency, pricing_currency) as pricing_currency,
        known_billing_currency as billing_currency,
        coalesce(known_credit_price, cast(1 as decimal(38, 18))) as credit_price,
        credit_price_source,
        has_several_prices,
        has_several_report_prices,
        invoice_issuer,
        invoice_issuer != 'MongoDB' as is_third_party,
        is_reconciled is not null as is_totalled,
        credit_reading,
        usage_cents,
        commitment_shortfall_cents,
        line_items_cents,
        positive_line_items_cents - line_items_cents as negative_line_items_cents,
        credits_difference_cents,
        sales_tax_cents,
        cast(sales_tax_cents - other_tax_cents as bigint) as main_tax_cents,
        starting_balance_cents,
        report_rows,
        connection
    from converted
)

select * from final
