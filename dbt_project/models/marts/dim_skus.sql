with skus as (
    select * from {{ ref('int_skus_classified') }}
)

select
    sku,
    sku_description,
    service,
    category,
    charge_type,
    instance_size,
    cloud_provider,
    classified_by
from skus
