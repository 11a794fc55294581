with invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

line_sums as (
    select * from {{ ref('agg_invoices') }}
),

organizations as (
    select * from {{ ref('int_organizations') }}
),

discount_rules as (
    select * from {{ ref('int_invoice_discount_rules') }}
),

billing as (
    select * from {{ ref('int_invoice_billing') }}
),

pricing as (
    select * from {{ ref('int_invoice_pricing') }}
),

compared as (
    select
        invoices.*,
        organizations.org_name,
        coalesce(discount_rules.discount_rule, 'net') as discount_rule,
        pricing.pricing_currency,
        billing.billing_currency,
        billing.credit_price,
        coalesce(billing.has_several_prices, false) as has_several_prices,
        coalesce(billing.payments_cents, 0) as payments_cents,
        coalesce(billing.refunds_cents, 0) as refunds_cents,
        coalesce(line_sums.line_items, 0) as line_items,
        coalesce(line_sums.line_items_cents, 0) as line_items_cents,
        coalesce(line_sums.positive_cents, 0) as positive_line_items_cents,
        coalesce(line_sums.negative_cents, 0) as negative_line_items_cents,
        coalesce(line_sums.net_discount_cents, 0) as net_discount_cents,
        invoices.amount_billed_cents - (
            invoices.subtotal_cents
            + invoices.sales_tax_cents
            - invoices.starting_balance_cents
        ) as billed_beside_credits
    from invoices
    left join organizations on invoices.org_id = organizations.org_id
    left join discount_rules on invoices.invoice_id = discount_rules.invoice_id
    left join line_sums on invoices.invoice_id = line_sums.invoice_id
    left join billing on invoices.invoice_id = billing.invoice_id
    left join pricing on invoices.invoice_id = pricing.invoice_id
),

-- how credits enter what is billed is undocumented: the reading that fits better is taken, and said
read_headers as (
    select
        *,
        case
            when invoice_status in ('FREE', 'PREPAID') and amount_billed_cents = 0 then 'covered'
            when credits_cents = 0 then 'no_credits'
            when abs(billed_beside_credits + credits_cents) < abs(billed_beside_credits)
                then 'subtracted'
            else 'beside'
        end as credit_reading,
        subtotal_cents - positive_line_items_cents as difference_cents,
        credits_cents + negative_line_items_cents as credits_difference_cents,
        {{ reconcile_tolerance_cents() }} as tolerance_cents,
        invoice_status = 'PENDING'
        and subtotal_cents = 0
        and credits_cents = 0
        and sales_tax_cents = 0
        and amount_billed_cents = 0
        and (positive_line_items_cents != 0 or negative_line_items_cents != 0) as is_not_totalled
    from compared
),

differences as (
    select
        *,
        case credit_reading
            when 'covered' then 0
            when 'subtracted' then billed_beside_credits + credits_cents
            else billed_beside_credits
        end as billed_above_cents,
        abs(difference_cents) <= tolerance_cents
        and (
            negative_line_items_cents = 0 or abs(credits_difference_cents) <= tolerance_cents
        ) as has_all_lines
    from read_headers
),

-- Atlas bills what a commitment lacks beside the lines and names it nowhere. Cents could be an
-- error of rounding, and payments that ask for another amount say that the header is wrong.
committed as (
    select
        *,
        case
            when
                invoice_status != 'PENDING'
                and has_all_lines
                and billed_above_cents > tolerance_cents
                and billed_above_cents >= 100
                and payments_cents in (
                    0,
                    amount_billed_cents,
                    amount_billed_cents - sales_tax_cents + starting_balance_cents
                )
                then billed_above_cents
            else 0
        end as commitment_shortfall_cents
    from differences
),

final as (
    select
        invoice_id,
        org_id,
        org_name,
        {{ first_of_month('start_date') }} as invoice_month,
        invoice_status as status,
        coalesce(invoice_status != 'PENDING', true) as is_closed,
        start_date,
        end_date,
        subtotal_cents,
        credits_cents,
        sales_tax_cents,
        starting_balance_cents,
        amount_billed_cents,
        amount_paid_cents,
        refunds_cents,
        pricing_currency,
        billing_currency,
        credit_price,
        has_several_prices,
        line_items,
        cast(line_items_cents as bigint) as line_items_cents,
        cast(positive_line_items_cents as bigint) as positive_line_items_cents,
        cast(difference_cents as bigint) as difference_cents,
        credit_reading,
        cast(commitment_shortfall_cents as bigint) as commitment_shortfall_cents,
        cast(billed_above_cents - commitment_shortfall_cents as bigint)
            as header_difference_cents,
        cast(credits_difference_cents as bigint) as credits_difference_cents,
        tolerance_cents,
        case
            when not is_not_totalled
                then
                    has_all_lines
                    and abs(billed_above_cents - commitment_shortfall_cents) <= tolerance_cents
        end as is_reconciled,
        discount_rule,
        net_discount_cents,
        case
            when not is_not_totalled
                then cast(least(net_discount_cents, greatest(-difference_cents, 0)) as bigint)
        end as billed_discount_cents,
        versions_seen,
        last_changed_at,
        is_nested,
        created_at,
        updated_at,
        connection,
        landing_file
    from committed
)

select * from final
