with seen as (
    select * from {{ ref('stg_atlas__clusters_seen') }}
),

clusters as (
    select * from {{ ref('stg_atlas__clusters') }}
),

flex_clusters as (
    select * from {{ ref('stg_atlas__flex_clusters') }}
),

projects as (
    select * from {{ ref('dim_projects') }}
),

nodes as (
    select * from {{ ref('int_cluster_nodes') }}
),

shapes as (
    select
        cluster_id,
        {{ joined('provider') }} as cloud_provider,
        case
            when count(distinct provider || ' ' || atlas_region) = 1 then max(region)
            else 'multi-region'
        end as region,
        {{ joined('instance_size') }} as instance_size,
        cast(sum(nodes) as bigint) as nodes,
        max(disk_gb) as disk_gb
    from nodes
    group by cluster_id
),

final as (
    select
        seen.cluster_id,
        seen.cluster_name,
        seen.resource_type,
        seen.project_id,
        projects.project_name,
        projects.org_id,
        coalesce(clusters.cluster_type, flex_clusters.cluster_type) as cluster_type,
        shapes.cloud_provider,
        coalesce(shapes.region, 'unknown') as region,
        shapes.instance_size,
        coalesce(clusters.state, flex_clusters.state) as state,
        clusters.is_paused as paused,
        shapes.nodes,
        coalesce(shapes.disk_gb, clusters.disk_gb, flex_clusters.disk_gb) as disk_gb,
        coalesce(clusters.mongodb_version, flex_clusters.mongodb_version) as mongodb_version,
        coalesce(clusters.backup_enabled, flex_clusters.backup_enabled) as backup_enabled,
        clusters.pit_enabled,
        coalesce(clusters.termination_protection, flex_clusters.termination_protection)
            as termination_protection,
        coalesce(clusters.tags, flex_clusters.tags, {{ empty_tags() }}) as tags,
        seen.created_at,
        seen.first_seen_at,
        seen.gone_at,
        seen.is_listed,
        seen.connection
    from seen
    left join clusters on seen.cluster_id = clusters.cluster_id
    left join flex_clusters on seen.cluster_id = flex_clusters.cluster_id
    left join projects on seen.project_id = projects.project_id
    left join shapes on seen.cluster_id = shapes.cluster_id
)

select * from final
