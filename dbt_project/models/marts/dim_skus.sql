with skus as (
    select * from {{ ref('int_skus_classified') }}
),

focus_skus as (
    select * from {{ ref('int_focus_skus') }}
),

reported as (
    select
        sku,
        max_by(atlas_category, cast(last_usage_date as string) || atlas_category)
            as atlas_category
    from focus_skus
    where atlas_category is not null and last_usage_date is not null
    group by sku
)

select
    skus.sku,
    skus.sku_key,
    skus.sku_description,
    skus.service,
    skus.category,
    reported.atlas_category,
    skus.charge_type,
    skus.instance_size,
    skus.cloud_provider,
    skus.classified_by
from skus
left join reported on skus.sku = reported.sku
