-- A month whose month before is not wholly covered is compared with nothing.
with reach as (
    select * from {{ ref('data_through') }}
),

costs as (
    select * from {{ ref('agg_costs_daily') }}
),

bounds as (
    select greatest(min(usage_date), min(invoice_month)) as complete_from from costs
),

months as (
    select distinct {{ first_of_month('usage_date') }} as usage_month from costs
    union
    select {{ next_month(first_of_month('usage_date')) }} as usage_month from costs
),

dated as (
    select
        months.usage_month,
        {{ add_months('months.usage_month', -1) }} as month_before,
        reach.data_through < {{ last_of_month('months.usage_month') }} as is_running,
        {{ day_of_life('reach.data_through', 1) }} as last_day,
        {{ days_between('reach.data_through', 'reach.posted_through') }} as posting_days
    from months
    cross join reach
    where months.usage_month <= reach.data_through
)

select
    dated.month_before as earlier_from,
    dated.usage_month as earlier_to,
    dated.usage_month as later_from,
    {{ next_month('dated.usage_month') }} as later_to,
    case when dated.is_running then dated.last_day end as known_through,
    case when dated.is_running then {{ add_days('dated.last_day', 'dated.posting_days') }} end
        as known_by
from dated
cross join bounds
where dated.month_before >= bounds.complete_from
