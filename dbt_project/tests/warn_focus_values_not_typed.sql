{{ config(severity='warn') }}
-- A number or a time of Atlas's FOCUS report that could not be read as one: it is null, so its row
-- may find no line and its costs no price.
select
    invoice_id,
    untyped_columns
from {{ ref('int_focus_invoices') }}
where untyped_columns is not null
