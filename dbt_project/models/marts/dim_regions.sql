with regions as (
    select * from {{ ref('regions') }}
),

nodes as (
    select * from {{ ref('int_cluster_nodes') }}
),

costs as (
    select * from {{ ref('agg_costs_monthly') }}
    where region_source = 'focus_report'
),

-- what a report spells unlike the seed is its own name in both spellings
reported as (
    select distinct
        coalesce(costs.cloud_provider, 'unknown') as provider,
        costs.atlas_region,
        costs.region,
        cast(null as string) as location,
        false as is_known
    from costs
    left join regions on costs.region = regions.cloud_region
    where regions.cloud_region is null
),

unlisted as (
    select distinct
        provider,
        atlas_region,
        region,
        cast(null as string) as location,
        false as is_known
    from nodes
    where not is_known_region
),

known as (
    select
        provider,
        atlas_region,
        cloud_region as region,
        location,
        true as is_known
    from regions
),

all_regions as (
    select * from known
    union all
    select * from unlisted
    union
    select * from reported
)

select
    provider || ' ' || atlas_region as region_id,
    provider,
    atlas_region,
    region,
    location,
    is_known
from all_regions
