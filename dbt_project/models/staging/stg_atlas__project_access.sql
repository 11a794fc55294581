with source as (
    select * from {{ source('atlas', 'project_access') }}
),

-- one connection that may read is enough
renamed as (
    select
        groupId as project_id,
        entity,
        case when not bool_or(is_readable) then max(nullif(error, '')) end as error,
        bool_or(is_readable) as is_readable
    from source
    group by groupId, entity
)

select * from renamed
