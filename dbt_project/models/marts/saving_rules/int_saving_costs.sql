{{ config(materialized='table') }}

with as_of as (
    select
        data_through,
        {{ saving_window_from('data_through') }} as window_from,
        {{ saving_window_to('data_through') }} as window_to
    from {{ ref('data_through') }}
),

-- the lines of older invoices are left alone
recent as (
    select sums.invoice_id
    from {{ ref('agg_invoices') }} as sums
    cross join as_of
    where sums.last_usage_end_date >= as_of.window_from
),

line_days as (
    {{ line_days(ref('fct_line_items'), 'invoice_id in (select invoice_id from recent)') }}
),

-- a day of each first, of which there are few
daily as (
    select
        line_days.connection,
        line_days.org_id,
        line_days.project_id,
        max(line_days.project_name) as project_name,
        line_days.resource_id,
        max(line_days.resource_name) as resource_name,
        line_days.resource_type,
        max(line_days.cluster_name) as cluster_name,
        line_days.cloud_provider,
        line_days.atlas_region,
        line_days.service,
        line_days.category,
        line_days.sku,
        line_days.instance_size,
        line_days.unit,
        line_days.pricing_currency,
        line_days.usage_date,
        sum(line_days.cost_cents) as cost_cents,
        sum(line_days.quantity) as quantity
    from line_days
    cross join as_of
    where
        line_days.charge_type = 'usage'
        and line_days.usage_date >= as_of.window_from
        and line_days.usage_date <= as_of.data_through
    group by
        line_days.connection,
        line_days.org_id,
        line_days.project_id,
        line_days.resource_id,
        line_days.resource_type,
        line_days.cloud_provider,
        line_days.atlas_region,
        line_days.service,
        line_days.category,
        line_days.sku,
        line_days.instance_size,
        line_days.unit,
        line_days.pricing_currency,
        line_days.usage_date
),

windowed as (
    select
        daily.*,
        as_of.data_through,
        as_of.window_from,
        as_of.window_to,
        daily.usage_date < as_of.window_to as is_counted,
        -- what was paid otherwise before is never added to what is paid now
        first_value(daily.pricing_currency) over (
            partition by daily.org_id
            order by daily.usage_date desc, daily.pricing_currency desc
        ) as newest_currency,
        min(daily.usage_date) over (partition by daily.resource_id) as resource_from
    from daily
    cross join as_of
),

costs as (
    select
        connection,
        org_id,
        project_id,
        max(project_name) as project_name,
        resource_id,
        max(resource_name) as resource_name,
        resource_type,
        max(cluster_name) as cluster_name,
        cloud_provider,
        atlas_region,
        service,
        category,
        sku,
        instance_size,
        unit,
        pricing_currency,
        max(data_through) as data_through,
        max(window_from) as window_from,
        max(window_to) as window_to,
        {{ days_between('greatest(max(resource_from), max(window_from))', 'max(window_to)') }}
            as observed_days,
        min(usage_date) as first_day,
        max(usage_date) as last_day,
        count(distinct case when is_counted then usage_date end) as billed_days,
        cast(coalesce(sum(cost_cents) filter (where is_counted), 0) as bigint) as cost_cents,
        cast(coalesce(sum(quantity) filter (where is_counted), 0) as decimal(28, 9)) as quantity
    from windowed
    where pricing_currency = newest_currency
    group by
        connection,
        org_id,
        project_id,
        resource_id,
        resource_type,
        cloud_provider,
        atlas_region,
        service,
        category,
        sku,
        instance_size,
        unit,
        pricing_currency
)

select * from costs
