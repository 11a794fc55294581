with deployments as (
    select
        project_id,
        cluster_name,
        state,
        {{ unnested('specs') }} as spec
    from {{ ref('stg_atlas__search_deployments') }}
),

clusters as (
    select * from {{ ref('int_clusters') }}
    where is_listed
    {{ newest_of_a_name() }}
),

spellings as (
    select * from {{ ref('int_region_spellings') }}
),

specs as (
    select
        project_id,
        cluster_name,
        state,
        spec.cloudProvider as provider,
        spec.regionName as atlas_region,
        spec.instanceSize as instance_size,
        spec.nodeCount as nodes
    from deployments
),

search_nodes as (
    select
        clusters.cluster_id || '/search' as resource_id,
        clusters.cluster_name || ' / Search nodes' as resource_name,
        clusters.project_id,
        coalesce({{ joined('specs.provider') }}, max(clusters.cloud_provider)) as cloud_provider,
        case
            when count(specs.atlas_region) = 0 then max(clusters.region)
            when count(distinct coalesce(specs.provider, '') || ' ' || specs.atlas_region) = 1
                then max(coalesce(spellings.region, specs.atlas_region))
            else 'multi-region'
        end as region,
        {{ joined('specs.instance_size') }} as instance_size,
        max(specs.state) as state,
        cast(sum(specs.nodes) as bigint) as nodes
    from specs
    inner join clusters
        on
            specs.project_id = clusters.project_id
            and specs.cluster_name = clusters.cluster_name
    left join spellings
        on specs.provider = spellings.provider and specs.atlas_region = spellings.spelling
    group by clusters.cluster_id, clusters.cluster_name, clusters.project_id
)

select * from search_nodes
