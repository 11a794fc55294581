with source as (
    select * from {{ source('config', 'allocation_shares') }}
),

renamed as (
    select
        allocation_key,
        rule,
        value as allocation_value,
        weight
    from source
)

select * from renamed
