with reach as (
    select * from {{ ref('data_through') }}
),

costs as (
    select * from {{ ref('agg_costs_daily') }}
),

bounds as (
    select greatest(min(usage_date), min(invoice_month)) as complete_from from costs
),

compared as (
    select
        months_before,
        case months_before
            when 0 then reach.data_through
            when 1 then {{ day_of_life('reach.data_through', 1) }}
            else {{ day_of_life('reach.data_through', 12) }}
        end as last_day,
        {{ days_between('reach.data_through', 'reach.posted_through') }} as posting_days
    from reach
    cross join {{ numbers([0, 1, 12], 'months_before') }}
),

months as (
    select
        compared.months_before,
        {{ first_of_month('compared.last_day') }} as usage_month,
        compared.last_day,
        {{ add_days('compared.last_day', 'compared.posting_days') }} as known_by
    from compared
    cross join bounds
    where {{ first_of_month('compared.last_day') }} >= bounds.complete_from or months_before = 0
),

final as (
    select
        months.usage_month,
        months.months_before,
        months.last_day,
        months.known_by,
        costs.connection,
        costs.org_id,
        costs.org_name,
        costs.project_id,
        costs.project_name,
        costs.service,
        costs.category,
        costs.charge_type,
        costs.is_in_total,
        costs.pricing_currency,
        cast(sum(costs.cost_cents) as bigint) as cost_cents,
        cast(sum(costs.line_items) as bigint) as line_items
    from costs
    inner join months
        on
            costs.usage_date >= months.usage_month
            and costs.usage_date <= months.last_day
            and costs.billed_date <= months.known_by
    group by all
    order by months.months_before
)

select * from final
