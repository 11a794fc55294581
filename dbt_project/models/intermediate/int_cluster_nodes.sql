{{ config(materialized='table') }}

with clusters as (
    select * from {{ ref('int_cluster_configurations') }}
),

regions as (
    select * from {{ ref('regions') }}
),

region_configs as (
    select
        cluster_id,
        valid_from,
        {{ region_configs('document') }} as config
    from clusters
),

node_specs as (
    select
        cluster_id,
        valid_from,
        config.regionName as atlas_region,
        -- the shared tiers name TENANT and, beside it, the cloud they run on
        coalesce(config.backingProviderName, config.providerName) as provider,
        {{ node_specs('config') }} as spec
    from region_configs
),

dedicated as (
    select
        cluster_id,
        valid_from,
        provider,
        atlas_region,
        spec.instanceSize as instance_size,
        spec.nodeCount as nodes,
        spec.diskSizeGB as disk_gb
    from node_specs
    -- Atlas also describes the nodes a region could have and has not
    where spec is not null and coalesce(spec.nodeCount, 1) > 0
),

shared as (
    select
        cluster_id,
        valid_from,
        {{ json_text('document', 'providerSettings.backingProviderName') }} as provider,
        {{ json_text('document', 'providerSettings.regionName') }} as atlas_region,
        case resource_type when 'flex_cluster' then 'FLEX' else 'SERVERLESS' end
            as instance_size,
        cast(null as bigint) as nodes,
        cast({{ json_text('document', 'providerSettings.diskSizeGB') }} as double) as disk_gb
    from clusters
    where resource_type != 'cluster'
),

nodes as (
    select * from dedicated
    union all
    select * from shared
),

spelled as (
    select
        nodes.cluster_id,
        nodes.valid_from,
        nodes.provider,
        nodes.atlas_region,
        coalesce(regions.cloud_region, nodes.atlas_region) as region,
        nodes.instance_size,
        nodes.nodes,
        nodes.disk_gb,
        regions.cloud_region is not null as is_known_region
    from nodes
    left join regions
        on nodes.provider = regions.provider and nodes.atlas_region = regions.atlas_region
    where nodes.provider is not null and nodes.atlas_region is not null
)

select * from spelled
