with seen as (
    select * from {{ ref('stg_atlas__clusters_seen') }}
),

clusters as (
    select * from {{ ref('stg_atlas__clusters') }}
),

flex_clusters as (
    select * from {{ ref('stg_atlas__flex_clusters') }}
),

serverless_instances as (
    select * from {{ ref('stg_atlas__serverless_instances') }}
),

last_periods as (
    select * from {{ ref('int_cluster_periods') }}
    qualify row_number() over (partition by cluster_id order by valid_from desc) = 1
),

final as (
    select
        seen.cluster_id,
        seen.cluster_name,
        seen.resource_type,
        seen.project_id,
        coalesce(clusters.cluster_type, flex_clusters.cluster_type) as cluster_type,
        last_periods.cloud_provider,
        coalesce(last_periods.region, 'unknown') as region,
        last_periods.instance_size,
        coalesce(clusters.state, flex_clusters.state, serverless_instances.state) as state,
        coalesce(clusters.is_paused, last_periods.paused) as paused,
        last_periods.nodes,
        coalesce(last_periods.disk_gb, clusters.disk_gb, flex_clusters.disk_gb) as disk_gb,
        coalesce(
            clusters.mongodb_version,
            flex_clusters.mongodb_version,
            serverless_instances.mongodb_version,
            last_periods.mongodb_version
        ) as mongodb_version,
        coalesce(
            clusters.backup_enabled, flex_clusters.backup_enabled, last_periods.backup_enabled
        ) as backup_enabled,
        coalesce(
            clusters.pit_enabled, serverless_instances.pit_enabled, last_periods.pit_enabled
        ) as pit_enabled,
        coalesce(
            clusters.termination_protection,
            flex_clusters.termination_protection,
            serverless_instances.termination_protection
        ) as termination_protection,
        coalesce(
            clusters.tags,
            flex_clusters.tags,
            serverless_instances.tags,
            last_periods.tags,
            {{ empty_tags() }}
        ) as tags,
        seen.created_at,
        seen.first_seen_at,
        seen.gone_at,
        seen.is_listed,
        seen.connection
    from seen
    left join clusters on seen.cluster_id = clusters.cluster_id
    left join flex_clusters on seen.cluster_id = flex_clusters.cluster_id
    left join serverless_instances on seen.cluster_id = serverless_instances.cluster_id
    left join last_periods on seen.cluster_id = last_periods.cluster_id
)

select * from final
