with lines as (
    select * from {{ ref('fct_line_items') }}
),

-- a subscription posted today may reach a year ahead, and support to the end of the month: only
-- usage that began before it was posted says how far the bill has come
last_usage as (
    select max(usage_date) as data_through from lines
    where charge_type = 'usage' and usage_date <= coalesce(billed_date, usage_date)
),

last_posted as (
    select max(billed_date) as data_through from lines
),

last_line as (
    select max(usage_date) as data_through from lines
),

final as (
    select
        coalesce(
            last_usage.data_through,
            least(last_posted.data_through, last_line.data_through),
            last_line.data_through
        ) as data_through
    from last_usage
    cross join last_posted
    cross join last_line
)

select * from final
where data_through is not null
