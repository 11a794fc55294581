with source as (
    select * from {{ source('config', 'taxonomy_overrides') }}
),

renamed as (
    select
        position,
        sku,
        {{ sku_key('sku') }} as sku_key,
        pattern,
        service,
        category,
        instance_size,
        charge_type
    from source
)

select * from renamed
