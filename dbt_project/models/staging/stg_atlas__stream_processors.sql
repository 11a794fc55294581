with source as (
    select * from {{ source('atlas', 'stream_processors') }}
),

renamed as (
    select
        id as stream_processor_id,
        {{ scope_project('_scope') }} as project_id,
        {{ scope_name('_scope') }} as workspace_name,
        nullif(name, '') as processor_name,
        nullif(state, '') as state,
        nullif(tier, '') as instance_size,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- two connections may reach the same processor
    qualify row_number() over (partition by id order by _landed_at desc, _connection asc) = 1
)

select * from renamed
