with source as (
    select * from {{ source('atlas', 'invoice_refunds') }}
),

renamed as (
    select
        _invoice_id as invoice_id,
        nullif(paymentId, '') as payment_id,
        coalesce(amountCents, 0) as amount_cents,
        nullif(reason, '') as reason,
        created as created_at,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
)

select * from renamed
