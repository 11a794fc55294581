with bridge as (
    select * from {{ ref('fct_invoice_bridge') }}
),

invoices as (
    select * from {{ ref('fct_invoices') }}
),

steps as (
    select
        invoice_id,
        sum(amount_cents) filter (where step = 'list') as list_cents,
        sum(amount_cents) filter (where step = 'usage') as usage_cents,
        sum(amount_cents) filter (where step = 'unexplained') as unexplained_cents
    from bridge
    group by invoice_id
),

amounts as (
    select
        invoices.*,
        steps.list_cents,
        steps.usage_cents,
        steps.unexplained_cents,
        case
            -- a contract and a prepaid invoice pay all usage with what was bought before
            when
                invoices.pricing_currency = 'Atlas Credits'
                or invoices.credit_price != 1
                or invoices.billing_currency != 'USD'
                or invoices.status = 'PREPAID'
                then steps.usage_cents
            else invoices.credits_cents
        end as credits_used_cents
    from invoices
    inner join steps on invoices.invoice_id = steps.invoice_id
),

monthly as (
    select
        org_id,
        max(org_name) as org_name,
        invoice_month,
        max(pricing_currency) as pricing_currency,
        count(*) as invoices,
        cast(sum(list_cents) as bigint) as list_cents,
        cast(sum(list_cents - usage_cents) as bigint) as list_discount_cents,
        cast(sum(usage_cents) as bigint) as usage_cents,
        cast(sum(credits_used_cents) as bigint) as credits_used_cents,
        cast(sum(sales_tax_cents) as bigint) as sales_tax_cents,
        cast(sum(starting_balance_cents) as bigint) as starting_balance_cents,
        cast(sum(unexplained_cents) as bigint) as unexplained_cents,
        cast(sum(amount_billed_cents) as bigint) as amount_billed_cents,
        cast(sum(amount_paid_cents) as bigint) as amount_paid_cents,
        -- invoices of one month that differ have no one currency, price or rule
        case when min(billing_currency) = max(billing_currency) then max(billing_currency) end
            as billing_currency,
        case when min(credit_price) = max(credit_price) then max(credit_price) end
            as credit_price,
        case when min(discount_rule) = max(discount_rule) then max(discount_rule) end
            as discount_rule
    from amounts
    group by org_id, invoice_month
    order by invoice_month, org_id
)

select * from monthly
