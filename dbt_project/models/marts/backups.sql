with snapshots as (
    select * from {{ ref('stg_atlas__backup_snapshots') }}
),

clusters as (
    select * from {{ ref('dim_clusters') }}
    where is_listed
    {{ newest_of_a_name() }}
),

projects as (
    select * from {{ ref('dim_projects') }}
)

select
    snapshots.snapshot_id,
    clusters.cluster_id,
    snapshots.cluster_name,
    snapshots.project_id,
    projects.project_name,
    projects.org_id,
    snapshots.cluster_kind,
    snapshots.snapshot_type,
    snapshots.frequency,
    snapshots.status,
    snapshots.description,
    snapshots.provider as cloud_provider,
    snapshots.storage_bytes,
    snapshots.copy_regions,
    snapshots.mongodb_version,
    snapshots.created_at,
    snapshots.expires_at,
    snapshots.connection
from snapshots
left join clusters
    on
        snapshots.project_id = clusters.project_id
        and snapshots.cluster_name = clusters.cluster_name
left join projects on snapshots.project_id = projects.project_id
