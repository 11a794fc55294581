-- a serverless instance that Atlas makes a flex cluster is listed elsewhere and keeps its id
with source as (
    select
        *,
        case
            when entity in ('flex_clusters', 'serverless_instances') then 'clusters'
            else entity
        end as family
    from {{ source('atlas', 'inventory_history') }}
),

-- several connections may watch one object: each row of theirs is what one of them saw
observed as (
    select
        entity,
        id,
        name,
        _document,
        _scope,
        _connection,
        _valid_from,
        max(coalesce(_valid_to, timestamp '9999-12-31')) over (
            partition by family, id
            order by _valid_from asc, _valid_to asc nulls last, _connection desc
            rows between unbounded preceding and current row
        ) as seen_until,
        lead(_valid_from) over (
            partition by family, id
            order by _valid_from asc, _valid_to asc nulls last, _connection desc
        ) as next_from
    from source
),

-- a state ends when the next begins, or when nobody lists the object any more
renamed as (
    select
        entity,
        id as object_id,
        nullif(name, '') as object_name,
        {{ scope_project('_scope') }} as project_id,
        _document as document,
        _valid_from as valid_from,
        nullif(
            least(seen_until, coalesce(next_from, timestamp '9999-12-31')), timestamp '9999-12-31'
        ) as valid_to,
        _connection as connection
    from observed
    where next_from is null or next_from > _valid_from
)

select * from renamed
