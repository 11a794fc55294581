with source as (
    select * from {{ source('atlas', 'invoice_line_items') }}
),

renamed as (
    select
        _line_item_id as line_item_id,
        _invoice_id as invoice_id,
        nullif(groupId, '') as project_id,
        nullif(groupName, '') as project_name,
        nullif(clusterName, '') as cluster_name,
        nullif(stitchAppName, '') as stitch_app_name,
        nullif(sku, '') as sku,
        nullif(cloudProvider, '') as line_cloud_provider,
        nullif(note, '') as note,
        nullif(unit, '') as unit,
        coalesce(totalPriceCents, 0) as cost_cents,
        discountCents as discount_cents,
        percentDiscount as percent_discount,
        quantity,
        unitPriceDollars as unit_price,
        tierLowerBound as tier_lower_bound,
        tierUpperBound as tier_upper_bound,
        {{ folded_tags("coalesce(tags, " ~ empty_tags() ~ ")") }} as tags,
        {{ folded_tags("coalesce(_tags_first_seen, " ~ empty_tags() ~ ")") }} as tags_first_seen,
        created as created_at,
        startDate as started_at,
        endDate as ended_at,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
)

select * from renamed
