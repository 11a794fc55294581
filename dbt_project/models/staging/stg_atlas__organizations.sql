with source as (
    select * from {{ source('atlas', 'organizations') }}
),

renamed as (
    select
        id as org_id,
        nullif(name, '') as org_name,
        coalesce(isDeleted, false) as is_deleted,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- two connections may reach the same organization
    qualify row_number() over (partition by id order by _landed_at desc, _connection asc) = 1
)

select * from renamed
