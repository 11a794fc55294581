with lines as (
    select * from {{ ref('fct_line_items') }}
),

exploded as (
    select {{ tag_keys('tags') }} as tag_key from lines
    union
    select {{ tag_keys('tags_first_seen') }} as tag_key from lines
)

select tag_key from exploded
order by tag_key
