with source as (
    select * from {{ source('config', 'allocation_conditions') }}
),

renamed as (
    select
        allocation_key,
        rule,
        role,
        set_number,
        condition_number,
        {{ folded_dimension('dimension') }} as dimension,
        operator,
        operand,
        is_negated
    from source
)

select * from renamed
