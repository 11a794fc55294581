{{ config(severity='warn') }}
-- A tag that the inventory has and the newest bill lines of its resource lack: active resources
-- show it, reports of costs cannot.
with tagged as (
    select
        resource_id,
        resource_name,
        tag_sources,
        cost_last_30_days_cents,
        {{ tag_keys('tag_sources') }} as tag_key
    from {{ ref('active_resources') }}
    where cost_last_30_days_cents != 0
)

select
    resource_id,
    resource_name,
    tag_key,
    cost_last_30_days_cents
from tagged
where not {{ is_in("'bill'", 'tag_sources[tag_key]') }}
