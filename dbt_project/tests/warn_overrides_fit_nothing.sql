{{ config(severity='warn', meta={'dagster': {'ref': {'name': 'dim_skus'}}}) }}
-- An entry of config/taxonomy.yaml that says nothing of any SKU billed or listed: misspelled, or an
-- earlier entry has all that it fits.
select
    position,
    coalesce(sku, pattern) as sku_or_pattern
from {{ ref('stg_config__taxonomy_overrides') }}
where
    position not in (
        select override_position
        from {{ ref('int_skus_classified') }}
        where override_position is not null
    )
