{{ config(materialized='table') }}

with focus_rows as (
    select * from {{ ref('stg_atlas__focus_report_rows') }}
    where {{ is_changed() }}
),

-- a row has no id: these are all the columns that it shares with the line it came from
grouped as (
    select
        focus_rows.invoice_id,
        focus_rows.usage_date,
        skus.sku_key,
        coalesce(focus_rows.project_id, '') as project_key,
        coalesce(focus_rows.cluster_name, '') as cluster_key,
        count(*) as focus_rows,
        min(focus_rows.region_id) as first_region_id,
        count(focus_rows.region_id) = count(*)
        and min(focus_rows.region_id) = max(focus_rows.region_id) as is_one_region,
        max({{ focus_provider('focus_rows.host_provider_name') }}) as host_provider
    from focus_rows
    inner join {{ ref('int_skus_classified') }} as skus on focus_rows.sku = skus.sku
    group by
        focus_rows.invoice_id, focus_rows.usage_date, skus.sku_key, project_key, cluster_key
),

numbered as (
    select
        *,
        {{ row_id() }} as group_number
    from grouped
)

select * from numbered
