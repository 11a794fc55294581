{# A step of the bridge, and the column that adds it up: with the bridge's sign. #}
{% set columns = {
    'list': 'list_cents', 'discount': 'discount_cents',
    'discount_not_applied': 'discount_not_applied_cents', 'rounding': 'rounding_cents',
    'usage': 'usage_cents', 'commitment_shortfall': 'commitment_shortfall_cents',
    'credit': 'credit_cents', 'tax': 'sales_tax_cents',
    'starting_balance': 'starting_balance_cents', 'unexplained': 'unexplained_cents',
    'billed': 'amount_billed_cents', 'paid': 'amount_paid_cents'
} %}
with bridge as (
    select * from {{ ref('fct_invoice_bridge') }}
),

invoices as (
    select * from {{ ref('fct_invoices') }}
),

steps as (
    select
        invoices.invoice_id,
        invoices.org_id,
        invoices.org_name,
        invoices.invoice_month,
        invoices.pricing_currency,
        invoices.is_closed,
        invoices.billing_currency,
        invoices.credit_price,
        invoices.discount_rule,
        bridge.step,
        bridge.amount_cents,
        case
            -- a contract and a prepaid invoice pay all usage with what was bought before
            when
                invoices.pricing_currency = 'Atlas Credits'
                or invoices.credit_price != 1
                or invoices.billing_currency != 'USD'
                or invoices.status = 'PREPAID'
                then
                    case
                        when bridge.step in ('usage', 'commitment_shortfall')
                            then bridge.amount_cents
                    end
            when bridge.step = 'billed' then invoices.credits_cents
        end as credits_used_cents
    from bridge
    inner join invoices on bridge.invoice_id = invoices.invoice_id
),

-- dollars and credits are never added up: an organization that has both has two rows
monthly as (
    select
        org_id,
        max(org_name) as org_name,
        invoice_month,
        pricing_currency,
        count(distinct invoice_id) as invoices,
        count(distinct case when not is_closed then invoice_id end) as pending_invoices,
        {% for step, column in columns.items() %}
            cast(sum(case when step = '{{ step }}' then amount_cents end) as bigint)
                as {{ column }},
        {% endfor %}
        cast(sum(credits_used_cents) as bigint) as credits_used_cents,
        -- invoices of one month that differ have no one currency, price or rule
        case when min(billing_currency) = max(billing_currency) then max(billing_currency) end
            as billing_currency,
        case when min(credit_price) = max(credit_price) then max(credit_price) end
            as credit_price,
        case when min(discount_rule) = max(discount_rule) then max(discount_rule) end
            as discount_rule
    from steps
    group by org_id, invoice_month, pricing_currency
    order by invoice_month, org_id, pricing_currency
)

select * from monthly
