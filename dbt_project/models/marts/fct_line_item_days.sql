{{ config(materialized='view') }}

with line_days as (
    {{ line_days(ref('fct_line_items')) }}
)

select * from line_days
