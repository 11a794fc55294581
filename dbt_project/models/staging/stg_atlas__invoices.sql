with source as (
    select * from {{ source('atlas', 'invoices') }}
),

renamed as (
    select
        id as invoice_id,
        nullif(orgId, '') as org_id,
        nullif(statusName, '') as invoice_status,
        _version as version,
        _load as load_id,
        coalesce(subtotalCents, 0) as subtotal_cents,
        coalesce(creditsCents, 0) as credits_cents,
        coalesce(salesTaxCents, 0) as sales_tax_cents,
        coalesce(startingBalanceCents, 0) as starting_balance_cents,
        coalesce(amountBilledCents, 0) as amount_billed_cents,
        coalesce(amountPaidCents, 0) as amount_paid_cents,
        _line_items as landed_line_items,
        _cents as landed_cents,
        coalesce(_versions_seen, 1) as versions_seen,
        coalesce(_is_nested, false) as is_nested,
        cast(startDate as date) as start_date,
        cast(endDate as date) as end_date,
        created as created_at,
        updated as updated_at,
        _first_seen_at as first_seen_at,
        _last_changed_at as last_changed_at,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
)

select * from renamed
