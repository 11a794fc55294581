with archives as (
    select * from {{ ref('stg_atlas__online_archives') }}
),

clusters as (
    select * from {{ ref('dim_clusters') }}
    where is_listed
    {{ newest_of_a_name() }}
),

projects as (
    select * from {{ ref('dim_projects') }}
),

spellings as (
    select * from {{ ref('int_region_spellings') }}
)

select
    archives.archive_id,
    clusters.cluster_id,
    archives.cluster_name,
    archives.project_id,
    projects.project_name,
    projects.org_id,
    archives.database_name,
    archives.collection_name,
    archives.collection_type,
    archives.state,
    archives.is_paused as paused,
    archives.criteria_type,
    archives.archive_after_days,
    archives.delete_after_days,
    archives.provider as cloud_provider,
    coalesce(spellings.region, archives.atlas_region) as region,
    archives.connection
from archives
left join clusters
    on
        archives.project_id = clusters.project_id
        and archives.cluster_name = clusters.cluster_name
left join projects on archives.project_id = projects.project_id
left join spellings
    on archives.provider = spellings.provider and archives.atlas_region = spellings.spelling
