{{ config(severity='warn') }}
-- A number or a time of Atlas's FOCUS report that could not be read as one: it is null, so its row
-- may find no line and its costs no price.
{% for column, name, type in focus_typed_columns() %}
    select
        _invoice_id as invoice_id,
        _row as report_row,
        '{{ column }}' as column_name,
        {{ column }} as untyped
    from {{ source('atlas', 'focus_report_rows') }}
    where {{ column }} != '' and {{ focus_typed(column, type) }} is null
    {% if not loop.last %} union all {% endif %}
{% endfor %}
