with regions as (
    select * from {{ ref('regions') }}
),

service_regions as (
    select * from {{ ref('service_regions') }}
),

-- several of Atlas's regions may share one of the cloud's: the first by name stands for it
cloud_spellings as (
    select
        provider,
        cloud_region as spelling,
        cloud_region as region,
        min(atlas_region) as atlas_region
    from regions
    group by provider, cloud_region
),

spellings as (
    select * from cloud_spellings
    union all
    select
        provider,
        atlas_region as spelling,
        cloud_region as region,
        atlas_region
    from regions
    union all
    select
        service_regions.provider,
        service_regions.service_region as spelling,
        regions.cloud_region as region,
        regions.atlas_region
    from service_regions
    inner join regions
        on
            service_regions.provider = regions.provider
            and service_regions.atlas_region = regions.atlas_region
)

select * from spellings
