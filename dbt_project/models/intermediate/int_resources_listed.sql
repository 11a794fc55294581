with clusters as (
    select * from {{ ref('int_clusters') }}
    where is_listed
),

search_nodes as (
    select * from {{ ref('int_listed_search_nodes') }}
),

services as (
    select * from {{ ref('int_listed_services') }}
),

resources as (
    select
        cluster_id as resource_id,
        cluster_name as resource_name,
        resource_type,
        project_id,
        cloud_provider,
        region,
        instance_size,
        state,
        paused,
        nodes,
        disk_gb,
        mongodb_version,
        backup_enabled,
        pit_enabled,
        tags,
        created_at
    from clusters
    union all
    select
        resource_id,
        resource_name,
        'search_nodes' as resource_type,
        project_id,
        cloud_provider,
        region,
        instance_size,
        state,
        cast(null as boolean) as paused,
        nodes,
        cast(null as double) as disk_gb,
        cast(null as string) as mongodb_version,
        cast(null as boolean) as backup_enabled,
        cast(null as boolean) as pit_enabled,
        {{ empty_tags() }} as tags,
        cast(null as timestamp) as created_at
    from search_nodes
    union all
    select
        resource_id,
        only_name as resource_name,
        resource_type,
        project_id,
        cloud_provider,
        region,
        instance_size,
        state,
        cast(null as boolean) as paused,
        cast(null as bigint) as nodes,
        cast(null as double) as disk_gb,
        cast(null as string) as mongodb_version,
        cast(null as boolean) as backup_enabled,
        cast(null as boolean) as pit_enabled,
        {{ empty_tags() }} as tags,
        cast(null as timestamp) as created_at
    from services
)

select * from resources
