with jobs as (
    select * from {{ ref('stg_atlas__restore_jobs') }}
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
    jobs.restore_job_id,
    clusters.cluster_id,
    jobs.cluster_name,
    jobs.project_id,
    projects.project_name,
    projects.org_id,
    jobs.snapshot_id,
    jobs.delivery_type,
    jobs.status,
    jobs.target_project_id,
    targets.project_name as target_project_name,
    jobs.target_cluster_name,
    jobs.snapshot_at,
    jobs.scheduled_at,
    jobs.finished_at,
    jobs.expires_at,
    jobs.connection
from jobs
left join clusters
    on jobs.project_id = clusters.project_id and jobs.cluster_name = clusters.cluster_name
left join projects on jobs.project_id = projects.project_id
left join projects as targets on jobs.target_project_id = targets.project_id
