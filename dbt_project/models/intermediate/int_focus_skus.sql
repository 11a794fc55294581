{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook="{{ delete_stale(ref('stg_atlas__focus_reports'), 'report_id') }}"
) }}

with reports as (
    select * from {{ ref('stg_atlas__focus_reports') }}
    where {{ is_missing('invoice_id') }}
),

focus_rows as (
    select * from {{ ref('stg_atlas__focus_report_rows') }}
    where invoice_id in (select reports.invoice_id from reports)
),

skus as (
    select
        reports.invoice_id,
        reports.report_id,
        focus_rows.sku,
        focus_rows.atlas_category,
        max(focus_rows.usage_date) as last_usage_date
    from focus_rows
    inner join reports on focus_rows.invoice_id = reports.invoice_id
    group by
        reports.invoice_id, reports.report_id, focus_rows.sku, focus_rows.atlas_category
)

select * from skus
