with invoices as (
    select * from {{ ref('fct_invoices') }}
),

costs as (
    select * from {{ ref('agg_costs_daily') }}
),

today as (
    select * from {{ ref('data_through') }}
),

days as (
    select
        costs.org_id,
        costs.pricing_currency,
        costs.usage_date,
        costs.cost_cents,
        max(costs.usage_date) over (partition by costs.org_id, costs.pricing_currency) as as_of,
        min(costs.usage_date) over (partition by costs.org_id, costs.pricing_currency)
            as first_day
    from costs
    cross join today
    where costs.is_in_total and costs.usage_date <= today.data_through
),

-- the newest day may still grow; the 90 before it are complete
burn as (
    select
        org_id,
        pricing_currency,
        max(as_of) as as_of,
        max(least({{ days_between('first_day', 'as_of') }}, 90)) as burn_days,
        sum(
            case
                when usage_date < as_of and usage_date >= {{ add_days('as_of', -90) }}
                    then cost_cents
                else 0
            end
        ) as burn_cents
    from days
    group by org_id, pricing_currency
),

dated as (
    select
        *,
        max(case when is_reconciled is not null then invoice_month end)
            over (partition by org_id, pricing_currency) as totalled_month,
        -- the id decides between invoices of one month, so that a rebuild decides alike
        cast(invoice_month as string) || invoice_id as recency
    from invoices
),

organizations as (
    select
        org_id,
        pricing_currency,
        max(org_name) as org_name,
        max_by(billing_currency, recency) filter (where billing_currency is not null)
            as billing_currency,
        max_by(credit_price, recency) filter (where credit_price is not null) as credit_price,
        max(totalled_month) as totalled_month,
        bool_and(is_reconciled) filter (where invoice_month = totalled_month) as is_reconciled,
        sum(starting_balance_cents) filter (where invoice_month = totalled_month)
            as starting_balance_cents,
        -- billed below zero is what the starting balance has left; later lines draw on it
        -sum(
            case
                when invoice_month = totalled_month then amount_billed_cents
                when invoice_month > totalled_month then line_items_cents
                else 0
            end
        ) as left_cents
    from dated
    group by org_id, pricing_currency
),

explained as (
    select
        organizations.*,
        burn.as_of,
        coalesce(burn.burn_days, 0) as burn_days,
        coalesce(burn.burn_cents, 0) as burn_cents,
        case when burn.burn_days > 0 then {{ int_div('burn.burn_cents', 'burn.burn_days') }} end
            as burn_per_day_cents,
        case
            when
                organizations.pricing_currency = 'Atlas Credits'
                or organizations.credit_price != 1
                or organizations.billing_currency != 'USD'
                then 'contract_not_shown'
            when organizations.totalled_month is null then 'no_totalled_invoice'
            when organizations.starting_balance_cents = 0 then 'no_balance_shown'
            when organizations.starting_balance_cents < 0 then 'owed'
            -- only a header that adds up shows which way its balance counts
            when not organizations.is_reconciled then 'invoice_does_not_tie'
            when organizations.left_cents <= 0 then 'used_up'
            else 'starting_balance'
        end as balance_basis
    from organizations
    left join burn
        on
            organizations.org_id = burn.org_id
            and organizations.pricing_currency = burn.pricing_currency
),

final as (
    select
        org_id,
        org_name,
        pricing_currency,
        billing_currency,
        credit_price,
        totalled_month,
        as_of,
        cast(burn_days as integer) as burn_days,
        cast(burn_cents as bigint) as burn_cents,
        cast(burn_per_day_cents as bigint) as burn_per_day_cents,
        cast(
            case
                when balance_basis in ('starting_balance', 'used_up') then greatest(left_cents, 0)
            end as bigint
        ) as balance_cents,
        balance_basis,
        -- a balance that outlasts a century names no day
        case
            when
                balance_basis = 'starting_balance'
                and burn_per_day_cents > 0
                and left_cents <= 36500 * burn_per_day_cents
                then {{ add_days('as_of', int_div('left_cents', 'burn_per_day_cents')) }}
        end as runs_out_on
    from explained
)

select * from final
