with costs as (
    select * from {{ ref('agg_costs_monthly') }}
),

exploded as (
    select {{ tag_keys('tags') }} as tag_key from costs
    union
    select {{ tag_keys('tags_first_seen') }} as tag_key from costs
)

select tag_key from exploded
order by tag_key
