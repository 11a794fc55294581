-- An invoice paid at several prices, or in several currencies, costs what its payments come to,
-- each at its own: per currency, what that is more than its rows at the price that paid most of it.
with invoices as (
    select * from {{ ref('focus_invoices') }}
    where has_several_prices
),

prices as (
    select
        paid.invoice_id,
        coalesce(paid.billing_currency, invoices.billing_currency) as billing_currency,
        coalesce(paid.credit_price, invoices.credit_price) as credit_price,
        paid.usage_cents,
        paid.sales_tax_cents
    from {{ ref('fct_invoice_prices') }} as paid
    inner join invoices on paid.invoice_id = invoices.invoice_id
    where paid.usage_cents != 0
),

focus_rows as (
    select
        reported.invoice_id,
        coalesce(reported.billing_currency, invoices.billing_currency) as billing_currency,
        {{ reported_cost('reported', 'invoices') }} as cost,
        coalesce(reported.pricing_currency_effective_cost, 0) as nominal
    from {{ ref('fct_focus_rows') }} as reported
    inner join invoices on reported.invoice_id = invoices.invoice_id
    where reported.invoice_id in (select prices.invoice_id from prices)
),

-- what is asked for, less the rows that Atlas's report has of it
sides as (
    select
        invoice_id,
        billing_currency,
        {{ cents_in_currency('usage_cents', 'credit_price') }} as amount,
        {{ cents_in_currency('usage_cents', '1') }} as nominal,
        sales_tax_cents
    from prices
    union all
    select
        invoice_id,
        billing_currency,
        -cost as amount,
        -nominal as nominal,
        0 as sales_tax_cents
    from focus_rows
    union all
    select
        invoice_id,
        billing_currency,
        0 as amount,
        0 as nominal,
        0 as sales_tax_cents
    from invoices
    where invoice_id in (select prices.invoice_id from prices)
),

summed as (
    select
        sides.invoice_id,
        sides.billing_currency,
        sides.billing_currency = invoices.billing_currency as is_main,
        invoices.credit_price,
        sum(sides.amount) as amount,
        sum(sides.nominal) as nominal,
        sum(sides.sales_tax_cents) as sales_tax_cents,
        sum(sum(sides.nominal)) over (partition by sides.invoice_id) as all_nominal
    from sides
    inner join invoices on sides.invoice_id = invoices.invoice_id
    group by
        sides.invoice_id, sides.billing_currency, invoices.billing_currency, invoices.credit_price
),

-- all other rows are at the main price, as if nothing had been paid at another
beside as (
    select
        invoice_id,
        billing_currency,
        is_main,
        case
            when is_main then amount - {{ in_currency('all_nominal', 'credit_price') }}
            else amount
        end as amount,
        case when is_main then nominal - all_nominal else nominal end as nominal,
        sales_tax_cents
    from summed
)

select
    invoice_id,
    'several_prices' as reason,
    'Payments at another price or in another currency' as description,
    'Adjustment' as charge_category,
    billing_currency,
    amount,
    nominal
from beside
where amount != 0 or nominal != 0
union all
-- the header's tax is in the main currency but for what was paid in another
select
    invoice_id,
    'tax' as reason,
    'Sales tax' as description,
    'Tax' as charge_category,
    billing_currency,
    {{ cents_in_currency('sales_tax_cents', '1') }} as amount,
    cast(0 as decimal(38, 18)) as nominal
from beside
where not is_main and sales_tax_cents != 0
