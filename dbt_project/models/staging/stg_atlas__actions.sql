with source as (
    select * from {{ source('atlas', 'actions') }}
),

renamed as (
    select
        id as action_id,
        action,
        nullif(target, '') as target,
        requested_at,
        requested_by,
        config,
        plan,
        try_cast({{ json_text('plan', 'monthly_cost.before_cents') }} as bigint)
            as monthly_cost_before_cents,
        try_cast({{ json_text('plan', 'monthly_cost.after_cents') }} as bigint)
            as monthly_cost_after_cents,
        applied,
        outcome,
        error,
        error_code,
        atlas_ids,
        -- a run that was killed could not say how long it took
        case when outcome = 'in_progress' then nullif(duration_s, 0) else duration_s end
            as duration_s,
        case when outcome != 'in_progress' then {{ add_seconds('requested_at', 'duration_s') }} end
            as finished_at,
        result,
        _connection as connection,
        _landing_file as landing_file,
        _landed_at as landed_at
    from source
    -- who copies a folder in landing has its records twice
    qualify row_number() over (partition by id order by _landed_at desc, _landing_file asc) = 1
)

select * from renamed
