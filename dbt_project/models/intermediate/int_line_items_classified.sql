with lines as (
    select * from {{ ref('stg_atlas__invoice_line_items') }}
    -- here and no later: of the others no line is read, let alone its id hashed
    where {{ is_changed() }}
),

invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
),

skus as (
    select * from {{ ref('int_skus_classified') }}
),

classified as (
    select
        lines.*,
        invoices.org_id,
        invoices.invoice_status,
        {{ first_of_month('invoices.start_date') }} as invoice_month,
        skus.sku_key,
        skus.sku_description,
        coalesce(skus.reviewed_service, 'Unclassified') as reviewed_service,
        coalesce(skus.reviewed_category, 'Unclassified') as reviewed_category,
        coalesce(skus.service, 'Unclassified') as service,
        coalesce(skus.category, 'Unclassified') as category,
        coalesce(skus.charge_type, 'usage') as charge_type,
        skus.instance_size,
        coalesce(lines.line_cloud_provider, skus.cloud_provider) as cloud_provider,
        coalesce(skus.classified_by, 'none') as classified_by,
        {{ usage_date('lines', 'invoices') }} as usage_date,
        {{ exclusive_end_date('lines.ended_at') }} as stated_end_date,
        {{ list_cost('lines.quantity', 'lines.unit_price') }} as list_cost
    from lines
    left join invoices on lines.invoice_id = invoices.invoice_id
    left join skus on lines.sku = skus.sku
),

dated as (
    select
        *,
        -- a line without an end, or with one before its start, is one day long
        case
            when stated_end_date > usage_date then stated_end_date
            else {{ add_days('usage_date', 1) }}
        end as usage_end_date
    from classified
),

final as (
    select
        *,
        -- Atlas posts most lines on the day after their usage: without it, a line would be in no
        -- report by the day of billing
        coalesce(cast(created_at as date), usage_end_date) as billed_date
    from dated
)

select * from final
