with periods as (
    select * from {{ ref('int_cluster_periods') }}
),

billed as (
    select * from {{ ref('int_cluster_bill_periods') }}
),

projects as (
    select * from {{ ref('dim_projects') }}
),

upgrades as (
    select * from {{ ref('int_cluster_upgrades') }}
),

watched as (
    select
        periods.cluster_id as billed_as,
        periods.cluster_name,
        periods.resource_type,
        periods.project_id,
        projects.project_name,
        projects.org_id,
        periods.cloud_provider,
        periods.region,
        periods.regions,
        periods.instance_size,
        periods.nodes,
        periods.disk_gb,
        periods.mongodb_version,
        periods.paused,
        periods.backup_enabled,
        periods.pit_enabled,
        periods.tags,
        periods.valid_from,
        periods.valid_to,
        'inventory' as seen_in,
        periods.connection
    from periods
    left join projects on periods.project_id = projects.project_id
),

seen as (
    select * from watched
    union all
    select
        resource_id as billed_as,
        resource_name as cluster_name,
        resource_type,
        project_id,
        project_name,
        org_id,
        cloud_provider,
        region,
        cast(null as string) as regions,
        instance_size,
        cast(null as bigint) as nodes,
        cast(null as double) as disk_gb,
        cast(null as string) as mongodb_version,
        cast(null as boolean) as paused,
        cast(null as boolean) as backup_enabled,
        cast(null as boolean) as pit_enabled,
        {{ empty_tags() }} as tags,
        valid_from,
        valid_to,
        'bill' as seen_in,
        connection
    from billed
),

-- one cluster before and after its upgrade, at whose moment one period ends and the next begins
final as (
    select
        coalesce(before.cluster_id, seen.billed_as) as cluster_id,
        seen.cluster_name,
        seen.resource_type,
        seen.project_id,
        seen.project_name,
        seen.org_id,
        seen.cloud_provider,
        seen.region,
        seen.regions,
        seen.instance_size,
        seen.nodes,
        seen.disk_gb,
        seen.mongodb_version,
        seen.paused,
        seen.backup_enabled,
        seen.pit_enabled,
        seen.tags,
        case
            when lag(seen.valid_from) over of_one_id is null
                then coalesce(after.upgraded_at, seen.valid_from)
            else seen.valid_from
        end as valid_from,
        case
            when lead(seen.valid_from) over of_one_id is null
                then coalesce(before.upgraded_at, seen.valid_to)
            else seen.valid_to
        end as valid_to,
        before.upgraded_at is null and seen.valid_to is null as is_current,
        seen.seen_in,
        seen.billed_as,
        seen.connection
    from seen
    left join upgrades as before on seen.billed_as = before.former_id
    left join upgrades as after on seen.billed_as = after.cluster_id
    where before.upgraded_at is null or seen.valid_from < before.upgraded_at
    window of_one_id as (partition by seen.billed_as order by seen.valid_from)
    order by cluster_id, valid_from
)

select * from final
