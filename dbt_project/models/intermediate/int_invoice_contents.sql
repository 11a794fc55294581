{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook="{{ delete_stale(ref('stg_atlas__invoices'), 'load_id') }}"
) }}

with invoices as (
    select * from {{ ref('stg_atlas__invoices') }}
    where {{ is_missing('invoice_id') }}
),

lines as (
    select * from {{ ref('stg_atlas__invoice_line_items') }}
),

contents as (
    select
        invoices.invoice_id,
        invoices.load_id,
        lines.project_id,
        lines.project_name,
        lines.cluster_name,
        lines.sku,
        min({{ usage_date('lines', 'invoices') }}) as first_usage_date,
        max({{ usage_date('lines', 'invoices') }}) as last_usage_date
    from lines
    inner join invoices on lines.invoice_id = invoices.invoice_id
    group by
        invoices.invoice_id,
        invoices.load_id,
        lines.project_id,
        lines.project_name,
        lines.cluster_name,
        lines.sku
)

select * from contents
