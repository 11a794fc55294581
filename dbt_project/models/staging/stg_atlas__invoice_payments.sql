with source as (
    select * from {{ source('atlas', 'invoice_payments') }}
),

renamed as (
    select
        _invoice_id as invoice_id,
        nullif(id, '') as payment_id,
        nullif(statusName, '') as status,
        upper(nullif(currency, '')) as currency,
        unitPrice as unit_price,
        coalesce(subtotalCents, 0) as subtotal_cents,
        coalesce(salesTaxCents, 0) as sales_tax_cents,
        coalesce(amountBilledCents, 0) as amount_billed_cents,
        coalesce(amountPaidCents, 0) as amount_paid_cents,
        created as created_at,
        updated as updated_at,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
)

select * from renamed
