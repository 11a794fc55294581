with regions as (
    select * from {{ ref('regions') }}
),

nodes as (
    select * from {{ ref('int_cluster_nodes') }}
),

unlisted as (
    select distinct
        provider,
        atlas_region,
        region,
        cast(null as varchar) as location,
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
)

select
    provider || ' ' || atlas_region as region_id,
    provider,
    atlas_region,
    region,
    location,
    is_known
from all_regions
