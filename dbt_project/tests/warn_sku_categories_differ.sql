{{ config(severity='warn') }}
-- A SKU that Atlas's own report puts elsewhere than the taxonomy: one of the two has it wrong, or
-- Atlas has moved it.
select
    sku,
    service,
    atlas_category
from {{ ref('dim_skus') }}
where lower(atlas_category) != lower(service)
