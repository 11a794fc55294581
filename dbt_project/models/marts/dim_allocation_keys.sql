with rules as (
    select * from {{ ref('stg_config__allocation_rules') }}
),

keys as (
    select
        allocation_key,
        position,
        max(case when method = 'default' then allocation_value end) as default_value,
        count(*) - 1 as rules,
        rules_sha256
    from rules
    group by allocation_key, position, rules_sha256
)

select * from keys
