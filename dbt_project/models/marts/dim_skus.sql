with skus as (
    select * from {{ ref('int_skus_classified') }}
),

focus_rows as (
    select * from {{ ref('stg_atlas__focus_report_rows') }}
),

reported as (
    select
        sku,
        max_by(atlas_category, usage_date) as atlas_category
    from focus_rows
    where atlas_category is not null and usage_date is not null
    group by sku
)

select
    skus.sku,
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
