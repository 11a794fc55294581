with source as (
    select * from {{ source('atlas', 'invoice_changes') }}
),

renamed as (
    select
        _invoice_id as invoice_id,
        _changed_at as changed_at,
        usageDate as usage_date,
        nullif(sku, '') as sku,
        nullif(groupId, '') as project_id,
        nullif(groupName, '') as project_name,
        nullif(clusterName, '') as cluster_name,
        nullif(stitchAppName, '') as stitch_app_name,
        coalesce(beforeCents, 0) as before_cents,
        coalesce(afterCents, 0) as after_cents,
        _status_before as status_before,
        _version_before as version_before,
        _version_after as version_after,
        _connection as connection
    from source
)

select * from renamed
