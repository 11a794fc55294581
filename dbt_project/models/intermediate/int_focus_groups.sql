{{ config(materialized='table') }}

with focus_rows as (
    select * from {{ ref('stg_atlas__focus_report_rows') }}
    where {{ is_changed() }}
),

-- a row has no id: these are all the columns that it shares with the line it came from
grouped as (
    select
        invoice_id,
        usage_date,
        sku,
        coalesce(project_id, '') as project_key,
        coalesce(cluster_name, '') as cluster_key,
        count(*) as focus_rows,
        min(region_id) as first_region_id,
        count(region_id) = count(*) and min(region_id) = max(region_id) as is_one_region,
        max({{ focus_provider('host_provider_name') }}) as host_provider
    from focus_rows
    group by invoice_id, usage_date, sku, project_key, cluster_key
    having max(region_id) is not null
),

numbered as (
    select
        *,
        row_number() over () as group_number
    from grouped
)

select * from numbered
