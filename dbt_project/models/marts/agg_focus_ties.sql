{{ config(
    materialized='incremental',
    on_schema_change='fail',
    pre_hook='{{ delete_changed() }}'
) }}

with ties as (
    select * from {{ ref('focus_tie_out') }}
    where
        -- by a list of few ids, or all of history is compared to leave nearly all of it out
        {{ is_changed_by_name(ref('int_changed_invoices')) }}
        and {{ is_changed() }}
),

summed as (
    select
        invoice_id,
        org_id,
        invoice_month,
        tie,
        connection,
        count(*) as kinds,
        cast(sum(report_rows) as bigint) as report_rows,
        cast(sum(line_items) as bigint) as line_items,
        sum(reported_cents) as reported_cents,
        sum(line_cents) as line_cents,
        sum(difference_cents) as difference_cents,
        sum(billed_difference_cents) as billed_difference_cents
    from ties
    group by all
)

select * from summed
