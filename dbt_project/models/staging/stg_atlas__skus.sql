with source as (
    select * from {{ source('atlas', 'skus') }}
),

renamed as (
    select
        id as sku,
        nullif(description, '') as sku_description,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- every connection reads the same list
    qualify row_number() over (partition by id order by _landed_at desc, _connection asc) = 1
)

select * from renamed
