with invoices as (
    select * from {{ ref('fct_invoices') }}
),

sums as (
    select * from {{ ref('agg_invoices') }}
),

amounts as (
    select
        invoices.*,
        coalesce(sums.list_cents, 0) as list_cents,
        coalesce(sums.rounding_cents, 0) as rounding_cents,
        coalesce(sums.usage_cents, 0) as usage_cents,
        coalesce(sums.net_discount_cents, 0) as unapplied_discount_cents,
        case when invoices.credit_reading = 'subtracted' then -invoices.credits_cents else 0 end
            as applied_credit_cents
    from invoices
    left join sums on invoices.invoice_id = sums.invoice_id
),

steps as (
    select
        ordered.position,
        ordered.step
    from (
        values
        (1, 'list'), (2, 'discount'), (3, 'discount_not_applied'), (4, 'rounding'), (5, 'usage'),
        (6, 'commitment_shortfall'), (7, 'credit'), (8, 'tax'), (9, 'starting_balance'),
        (10, 'unexplained'), (11, 'billed'), (12, 'paid')
    ) as ordered (position, step)
),

final as (
    select
        amounts.invoice_id,
        amounts.org_id,
        amounts.org_name,
        amounts.invoice_month,
        amounts.is_closed,
        amounts.pricing_currency,
        steps.position,
        steps.step,
        case steps.step
            when 'list' then amounts.list_cents
            -- all that the lines name; booked cents that are before discount take none of it off
            when 'discount'
                then
                    amounts.usage_cents
                    - amounts.list_cents
                    - amounts.rounding_cents
                    - amounts.unapplied_discount_cents
            when 'discount_not_applied' then amounts.unapplied_discount_cents
            when 'rounding' then amounts.rounding_cents
            when 'usage' then amounts.usage_cents
            when 'commitment_shortfall' then amounts.commitment_shortfall_cents
            when 'credit' then amounts.applied_credit_cents
            when 'tax' then amounts.sales_tax_cents
            when 'starting_balance' then -amounts.starting_balance_cents
            -- what the header bills and no step before explains
            when 'unexplained'
                then amounts.amount_billed_cents - (
                    amounts.usage_cents
                    + amounts.commitment_shortfall_cents
                    + amounts.applied_credit_cents
                    + amounts.sales_tax_cents
                    - amounts.starting_balance_cents
                )
            when 'billed' then amounts.amount_billed_cents
            when 'paid' then amounts.amount_paid_cents
        end as amount_cents,
        steps.step in ('list', 'usage', 'billed', 'paid') as is_level,
        amounts.connection
    from amounts
    cross join steps
    order by amounts.invoice_month, amounts.invoice_id, steps.position
)

select * from final
