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
        coalesce(sums.usage_cents, 0) as usage_cents,
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
        (1, 'list'), (2, 'discount'), (3, 'usage'), (4, 'credit'), (5, 'tax'),
        (6, 'starting_balance'), (7, 'unexplained'), (8, 'billed'), (9, 'paid')
    ) as ordered (position, step)
),

final as (
    select
        amounts.invoice_id,
        amounts.org_id,
        amounts.org_name,
        amounts.invoice_month,
        steps.position,
        steps.step,
        case steps.step
            when 'list' then amounts.list_cents
            when 'discount' then amounts.usage_cents - amounts.list_cents
            when 'usage' then amounts.usage_cents
            when 'credit' then amounts.applied_credit_cents
            when 'tax' then amounts.sales_tax_cents
            when 'starting_balance' then -amounts.starting_balance_cents
            -- what the header bills and no step before explains
            when 'unexplained'
                then amounts.amount_billed_cents - (
                    amounts.usage_cents
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
