with source as (
    select * from {{ source('atlas', 'focus_report_rows') }}
),

-- a report that two connections fetched is read once: the newer, by the first connection
chosen as (
    select
        _invoice_id,
        _connection
    from source
    group by _invoice_id, _connection
    qualify row_number() over (
        partition by _invoice_id order by max(_landed_at) desc, _connection asc
    ) = 1
),

renamed as (
    select
        source._invoice_id as invoice_id,
        source._row as report_row,
        {% for column, name in focus_text_columns() %}
            nullif(source.{{ column }}, '') as {{ name }},
        {% endfor %}
        {% for column, name, type in focus_typed_columns() %}
            {{ focus_typed("source." ~ column, type) }} as {{ name }},
        {% endfor %}
        cast({{ focus_typed("source.ChargePeriodStart", "timestamp") }} as date) as usage_date,
        source._other_columns as other_columns,
        source._connection as connection,
        source._landing_file as landing_file,
        source._landed_at as landed_at
    from source
    inner join chosen
        on
            source._invoice_id = chosen._invoice_id
            and source._connection is not distinct from chosen._connection
)

select * from renamed
