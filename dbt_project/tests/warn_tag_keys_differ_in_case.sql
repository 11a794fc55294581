{{ config(severity='warn') }}
-- Spellings of one tag key that differ in case alone: costs are split between them, unless
-- ATLAS_COSTS_TAG_KEYS_IGNORE_CASE=true makes them one.
select
    lower(tag_key) as tag_key,
    {{ joined('tag_key') }} as spellings
from {{ ref('dim_tag_keys') }}
group by lower(tag_key)
having count(*) > 1
