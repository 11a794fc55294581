with periods as (
    select * from {{ ref('int_cluster_periods') }}
),

projects as (
    select * from {{ ref('dim_projects') }}
),

final as (
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
        periods.connection
    from periods
    left join projects on periods.project_id = projects.project_id
    order by periods.cluster_id, periods.valid_from
)

select * from final
