with nodes as (
    select * from {{ ref('int_cluster_nodes') }}
),

scopes as (
    select
        *,
        provider as provider_scope
    from nodes
    union all
    select
        *,
        'any' as provider_scope
    from nodes
),

places as (
    select
        cluster_id,
        provider_scope,
        count(distinct provider || ' ' || atlas_region) as count_regions,
        max(region) as only_region,
        max(atlas_region) as only_atlas_region
    from scopes
    group by cluster_id, provider_scope
),

decided as (
    select
        cluster_id,
        provider_scope,
        case when count_regions = 1 then only_region else 'multi-region' end as region,
        case when count_regions = 1 then only_atlas_region else 'multi-region' end
            as atlas_region
    from places
)

select * from decided
