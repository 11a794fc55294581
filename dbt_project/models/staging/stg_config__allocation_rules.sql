with source as (
    select * from {{ source('config', 'allocation_rules') }}
),

renamed as (
    select
        allocation_key,
        position,
        sha256 as rules_sha256,
        rule,
        rule_name,
        method,
        value as allocation_value,
        dimension,
        basis,
        basis_window,
        basis_scope,
        coalesce(valid_from, {{ first_day_ever() }}) as valid_from,
        coalesce(valid_to, {{ last_day_ever() }}) as valid_to
    from source
)

select * from renamed
