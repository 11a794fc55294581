with invoices as (
    select * from {{ ref('focus_invoices') }}
),

reports as (
    select * from {{ ref('int_focus_report_sums') }}
),

-- what lies between the lines and the header: first what has a name, then the rest
gaps as (
    select
        -- with an id of theirs, so that a question about one invoice reads its rows alone
        reports.*,
        {{ all_but('invoices', 'invoice_id') }},
        case
            when credit_reading = 'subtracted' and is_totalled then -credits_difference_cents
            else 0
        end as missing_credit_cents,
        case
            when credit_reading = 'beside' and is_totalled then negative_line_items_cents
            else 0
        end as credits_beside_cents,
        case
            when credit_reading = 'covered' then usage_cents - line_items_cents
            else 0
        end as covered_cents,
        usage_cents - line_items_cents as gap_cents
    from reports
    inner join invoices on reports.invoice_id = invoices.invoice_id
),

reasons as (
    select
        named.reason,
        named.charge_category,
        named.description
    from (
        values
        ('tax', 'Tax', 'Sales tax'),
        ('commitment_shortfall', 'Adjustment', 'Commitment billed above usage'),
        ('credit', 'Credit', 'Credits of the invoice that no line shows'),
        ('starting_balance', 'Adjustment', 'Starting balance of the account'),
        ('covered', 'Adjustment', 'Usage that the invoice does not bill'),
        ('credits_beside', 'Adjustment', 'Credit lines that the amount billed leaves out'),
        ('header_difference', 'Adjustment', 'Difference between invoice header and lines'),
        ('report_difference', 'Adjustment', 'Difference between invoice lines and FOCUS report')
    ) as named (reason, charge_category, description)
),

amounts as (
    select
        gaps.invoice_id,
        gaps.status,
        gaps.credit_price,
        reasons.reason,
        reasons.description,
        case
            when reasons.reason = 'covered' and gaps.status = 'FREE' then 'Credit'
            else reasons.charge_category
        end as charge_category,
        case reasons.reason
            when 'tax' then {{ cents_in_currency('main_tax_cents', '1') }}
            when 'starting_balance' then {{ cents_in_currency('-starting_balance_cents', '1') }}
            when 'commitment_shortfall'
                then {{ cents_in_currency('commitment_shortfall_cents', 'credit_price') }}
            when 'credit' then {{ cents_in_currency('missing_credit_cents', 'credit_price') }}
            when 'covered' then {{ cents_in_currency('covered_cents', 'credit_price') }}
            when 'credits_beside'
                then {{ cents_in_currency('credits_beside_cents', 'credit_price') }}
            when 'header_difference'
                then {{ cents_in_currency(
                    'gap_cents - missing_credit_cents - credits_beside_cents - covered_cents'
                    ~ ' - commitment_shortfall_cents',
                    'credit_price'
                ) }}
            -- charges paid by several contracts cost what the report says, each at its own price
            when 'report_difference'
                then case
                    when reported_cost is null then 0
                    when has_several_prices
                        then {{ in_currency(
                            cents_in_currency('stood_for_cents', '1') ~ ' - reported_nominal_cost',
                            'credit_price'
                        ) }}
                    else {{ cents_in_currency('stood_for_cents', 'credit_price') }} - reported_cost
                end
        end as amount
    from gaps
    cross join reasons
),

final as (
    select
        *,
        -- what a prepaid invoice does not bill was paid for before, and is a cost all the same
        case when reason = 'covered' and status = 'PREPAID' then 0 else amount end
            as effective_amount
    from amounts
    where amount != 0
)

select * from final
