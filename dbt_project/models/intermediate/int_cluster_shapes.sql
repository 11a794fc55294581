with configurations as (
    select * from {{ ref('int_cluster_configurations') }}
),

nodes as (
    select * from {{ ref('int_cluster_nodes') }}
),

placed as (
    select
        cluster_id,
        valid_from,
        {{ joined('provider') }} as cloud_provider,
        case
            when count(distinct provider || ' ' || atlas_region) = 1 then max(region)
            else 'multi-region'
        end as region,
        {{ joined('region') }} as regions,
        {{ joined('instance_size') }} as instance_size,
        cast(sum(nodes) as bigint) as nodes,
        max(disk_gb) as disk_gb
    from nodes
    group by cluster_id, valid_from
),

shapes as (
    select
        configurations.cluster_id,
        configurations.cluster_name,
        configurations.resource_type,
        configurations.project_id,
        placed.cloud_provider,
        coalesce(placed.region, 'unknown') as region,
        coalesce(placed.regions, 'unknown') as regions,
        placed.instance_size,
        placed.nodes,
        coalesce(placed.disk_gb, configurations.disk_gb) as disk_gb,
        configurations.mongodb_version,
        configurations.paused,
        configurations.backup_enabled,
        configurations.pit_enabled,
        configurations.tags,
        configurations.valid_from,
        configurations.valid_to,
        configurations.connection
    from configurations
    left join placed
        on
            configurations.cluster_id = placed.cluster_id
            and configurations.valid_from = placed.valid_from
)

select * from shapes
