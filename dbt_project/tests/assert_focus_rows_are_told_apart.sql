{{ config(meta={'dagster': {'ref': {'name': 'stg_atlas__focus_report_rows'}}}) }}
-- A report that is there twice: its rows would be twice the lines, and no region found its line.
select
    invoice_id,
    report_row
from {{ ref('stg_atlas__focus_report_rows') }}
where {{ is_changed_by_name(ref('int_changed_invoices')) }}
group by invoice_id, report_row
having count(*) > 1
