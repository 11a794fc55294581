with clusters as (
    select * from {{ ref('int_clusters') }}
),

projects as (
    select * from {{ ref('dim_projects') }}
),

upgrades as (
    select * from {{ ref('int_cluster_upgrades') }}
),

final as (
    select
        clusters.cluster_id,
        clusters.cluster_name,
        clusters.resource_type,
        clusters.project_id,
        projects.project_name,
        projects.org_id,
        clusters.cluster_type,
        clusters.cloud_provider,
        clusters.region,
        clusters.instance_size,
        clusters.state,
        clusters.paused,
        clusters.nodes,
        clusters.disk_gb,
        clusters.mongodb_version,
        clusters.backup_enabled,
        clusters.pit_enabled,
        clusters.termination_protection,
        clusters.tags,
        clusters.created_at,
        clusters.first_seen_at,
        clusters.gone_at,
        clusters.is_listed,
        before.former_id as upgraded_from,
        after.cluster_id as upgraded_to,
        clusters.connection
    from clusters
    left join projects on clusters.project_id = projects.project_id
    left join upgrades as before on clusters.cluster_id = before.cluster_id
    left join upgrades as after on clusters.cluster_id = after.former_id
)

select * from final
