{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook='{{ delete_changed() }}'
) }}

with lines as (
    select
        *,
        -- above list price less the discount that the booked cents are after
        net_cost_cents - (list_cost * 100 - discount_cents) as booked_above_cents
    from {{ ref('fct_line_items') }}
    where {{ is_changed() }}
),

sums as (
    select
        invoice_id,
        connection,
        count(*) as line_items,
        cast(sum(cost_cents) as bigint) as line_items_cents,
        cast(sum(case when cost_cents > 0 then cost_cents else 0 end) as bigint)
            as positive_cents,
        cast(sum(case when cost_cents < 0 then cost_cents else 0 end) as bigint)
            as negative_cents,
        cast(sum(case when is_in_total then cost_cents else 0 end) as bigint)
            as usage_cents,
        cast(sum(cost_cents - net_cost_cents) as bigint) as net_discount_cents,
        -- a line without quantity or price has no list cost; it costs what it costs
        cast(
            round(
                sum(
                    case
                        when not is_in_total then 0
                        else coalesce(list_cost * 100, cost_cents)
                    end
                ), 0
            ) as bigint
        ) as list_cents,
        -- a line is booked in whole cents, and so is its discount: more than a cent is no rounding
        cast(
            round(
                coalesce(sum(
                    case
                        when is_in_total and abs(booked_above_cents) <= 1 then booked_above_cents
                    end
                ), 0), 0
            ) as bigint
        ) as rounding_cents,
        sum(list_cost) as list_cost,
        sum(quantity) as quantity,
        count(
            case
                when
                    list_cost is null and quantity is not null and unit_price is not null
                    then 1
            end
        ) as line_items_without_list_cost,
        max(
            case
                when charge_type = 'usage' and usage_date <= coalesce(billed_date, usage_date)
                    then usage_date
            end
        ) as last_posted_usage_date,
        -- the newest day on which usage of single days was posted: a subscription is posted once
        max(
            case
                when
                    charge_type = 'usage'
                    and usage_date <= billed_date
                    and usage_days = 1
                    then billed_date
            end
        ) as last_posting_date,
        max(billed_date) as last_billed_date,
        max(usage_date) as last_usage_date,
        max(usage_end_date) as last_usage_end_date
    from lines
    group by invoice_id, connection
)

select * from sums
