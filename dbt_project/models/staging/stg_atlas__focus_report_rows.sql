with source as (
    select * from {{ source('atlas', 'focus_report_rows') }}
),

chosen as (
    select * from {{ ref('stg_atlas__focus_reports') }}
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
        {{ focus_untyped('source') }} as untyped_columns,
        source._other_columns as other_columns,
        source._connection as connection,
        source._landing_file as landing_file,
        source._landed_at as landed_at
    from source
    inner join chosen
        on
            source._invoice_id = chosen.invoice_id
            and source._connection is not distinct from chosen.connection
)

select * from renamed
