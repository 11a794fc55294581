with source as (
    select * from {{ source('atlas', 'focus_reports') }}
),

renamed as (
    select
        _invoice_id as invoice_id,
        concat_ws(' ', _connection, _landing_file, _landed_at) as report_id,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- a report that two connections fetched is read once: the newer, by the first connection
    qualify row_number() over (
        partition by _invoice_id order by _landed_at desc, _connection asc
    ) = 1
)

select * from renamed
