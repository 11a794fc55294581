with reach as (
    select * from {{ ref('data_through') }}
),

watched as (
    select
        cluster_id,
        min(valid_from) as watched_from,
        min_by(instance_size, valid_from) as watched_size
    from {{ ref('int_cluster_periods') }}
    group by cluster_id
),

upgraded as (
    select cluster_id from {{ ref('int_cluster_upgrades') }}
),

-- late usage puts one day on two invoices
days as (
    select
        resource_id,
        usage_date,
        max(resource_name) as resource_name,
        max(resource_type) as resource_type,
        max(project_id) as project_id,
        max(project_name) as project_name,
        max(org_id) as org_id,
        max(cloud_provider) as cloud_provider,
        max(region) as region,
        max(instance_size) as instance_size,
        max(connection) as connection
    from {{ ref('agg_cluster_days') }}
    group by resource_id, usage_date
),

unwatched as (
    select
        days.*,
        watched.watched_from,
        watched.watched_size
    from days
    left join watched on days.resource_id = watched.cluster_id
    where watched.watched_from is null or days.usage_date < cast(watched.watched_from as date)
),

-- on the day of a change a cluster is billed in both sizes
neighbours as (
    select
        *,
        lag(instance_size) over same_resource as size_before,
        lead(instance_size) over same_resource as size_after
    from unwatched
    window same_resource as (partition by resource_id order by usage_date)
),

-- and on the day of its upgrade in place the former one's costs may be all that a cluster has
settled as (
    select
        *,
        case
            when
                {{ is_small('instance_size') }}
                and resource_id in (select upgraded.cluster_id from upgraded)
                then null
            when
                instance_size like '%, %'
                and coalesce(size_before, '') != instance_size
                and coalesce(size_after, '') != instance_size
                then coalesce(size_after, size_before)
            else instance_size
        end as day_size
    from neighbours
),

-- a day without servers, as of a paused cluster, says nothing of their size
sized as (
    select
        *,
        coalesce(
            {{ last_known('day_size') }} over (
                partition by resource_id order by usage_date
                rows between unbounded preceding and current row
            ),
            {{ first_known('day_size') }} over (
                partition by resource_id order by usage_date
                rows between unbounded preceding and unbounded following
            ),
            watched_size
        ) as known_size
    from settled
),

compared as (
    select
        *,
        coalesce(lag(known_size) over same_resource, '') != coalesce(known_size, '')
        or row_number() over same_resource = 1 as is_new
    from sized
    window same_resource as (partition by resource_id order by usage_date)
),

numbered as (
    select
        *,
        sum(case when is_new then 1 else 0 end) over (
            partition by resource_id order by usage_date
            rows between unbounded preceding and current row
        ) as period
    from compared
),

periods as (
    select
        resource_id,
        max_by(resource_name, usage_date) as resource_name,
        max(resource_type) as resource_type,
        max(project_id) as project_id,
        max_by(project_name, usage_date) as project_name,
        max(org_id) as org_id,
        max(cloud_provider) as cloud_provider,
        max_by(region, usage_date) as region,
        max(known_size) as instance_size,
        max(connection) as connection,
        max(watched_from) as watched_from,
        min(usage_date) as first_billed_on,
        max(usage_date) as last_billed_on
    from numbered
    group by resource_id, period
),

final as (
    select
        periods.*,
        cast(periods.first_billed_on as timestamp) as valid_from,
        coalesce(
            cast(
                lead(periods.first_billed_on) over (
                    partition by periods.resource_id order by periods.first_billed_on
                ) as timestamp
            ),
            periods.watched_from,
            -- as active_resources has it: what was billed in the last three days is there
            case
                when {{ days_between('periods.last_billed_on', 'reach.data_through') }} > 2
                    then cast({{ add_days('periods.last_billed_on', 1) }} as timestamp)
            end
        ) as valid_to
    from periods
    cross join reach
)

select * from final
