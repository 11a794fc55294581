with invoices as (
    select * from {{ ref('fct_invoices') }}
),

reported as (
    select * from {{ ref('int_focus_invoices') }}
),

org_billing as (
    select * from {{ ref('int_org_billing') }}
),

priced as (
    select
        invoices.*,
        coalesce(reported.report_rows, 0) as report_rows,
        coalesce(reported.invoice_issuer, 'MongoDB') as invoice_issuer,
        coalesce(reported.has_several_prices, false) as has_several_prices,
        reported.pricing_currency as reported_pricing_currency,
        coalesce(invoices.pricing_currency, 'USD') = 'USD' as is_list_priced,
        -- a pending invoice names no price yet: the newest that its organization was billed at
        org_billing.credit_price as org_credit_price,
        org_billing.billing_currency as org_billing_currency
    from invoices
    left join reported on invoices.invoice_id = reported.invoice_id
    left join org_billing on invoices.org_id = org_billing.org_id
),

converted as (
    select
        *,
        case
            when credit_price is not null then 'invoice'
            when org_credit_price is not null then 'organization'
            when is_list_priced then 'list'
            else 'unknown'
        end as credit_price_source,
        coalesce(billing_currency, org_billing_currency, 'USD') as known_billing_currency,
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
        case
            when reported_pricing_currency is not null then reported_pricing_currency
            when coalesce(credit_price, 1) != 1 or known_billing_currency != 'USD'
                then 'Atlas Credits'
            else coalesce(pricing_currency, 'USD')
        end as pricing_currency,
        known_billing_currency as billing_currency,
        case credit_price_source
            when 'invoice' then credit_price
            when 'organization' then org_credit_price
            else cast(1 as decimal(38, 18))
        end as credit_price,
        credit_price_source,
        has_several_prices,
        invoice_issuer,
        invoice_issuer != 'MongoDB' as is_third_party,
        is_reconciled is not null as is_totalled,
        credit_reading,
        usage_cents,
        line_items_cents,
        positive_line_items_cents - line_items_cents as negative_line_items_cents,
        credits_difference_cents,
        sales_tax_cents,
        starting_balance_cents,
        report_rows,
        connection
    from converted
)

select * from final
