with sums as (
    select * from {{ ref('agg_invoices') }}
),

-- a subscription posted today may reach a year ahead, and support to the end of the month: only
-- usage that began before it was posted says how far the bill has come
lasts as (
    select
        max(last_posted_usage_date) as last_posted_usage_date,
        max(last_posting_date) as last_posting_date,
        max(last_billed_date) as last_billed_date,
        max(last_usage_date) as last_usage_date
    from sums
),

reached as (
    select
        coalesce(
            last_posted_usage_date,
            least(last_billed_date, last_usage_date),
            last_usage_date
        ) as data_through,
        last_posting_date
    from lasts
),

final as (
    select
        data_through,
        greatest(coalesce(last_posting_date, data_through), data_through) as posted_through
    from reached
    where data_through is not null
)

select * from final
