with periods as (
    select * from {{ ref('int_cluster_periods') }}
),

billed as (
    select * from {{ ref('int_cluster_bill_periods') }}
),

projects as (
    select * from {{ ref('dim_projects') }}
),

watched as (
    select
        periods.cluster_id,
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
        periods.is_current,
        'inventory' as seen_in,
        periods.connection
    from periods
    left join projects on periods.project_id = projects.project_id
),

final as (
    select * from watched
    union all
    select
        resource_id as cluster_id,
        resource_name as cluster_name,
        resource_type,
        project_id,
        project_name,
        org_id,
        cloud_provider,
        region,
        cast(null as varchar) as regions,
        instance_size,
        cast(null as bigint) as nodes,
        cast(null as double) as disk_gb,
        cast(null as varchar) as mongodb_version,
        cast(null as boolean) as paused,
        cast(null as boolean) as backup_enabled,
        cast(null as boolean) as pit_enabled,
        {{ empty_tags() }} as tags,
        valid_from,
        valid_to,
        valid_to is null as is_current,
        'bill' as seen_in,
        connection
    from billed
    order by cluster_id, valid_from
)

select * from final
