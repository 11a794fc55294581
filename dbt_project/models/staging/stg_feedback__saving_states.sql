with source as (
    select * from {{ source('feedback', 'saving_states') }}
),

renamed as (
    select
        position,
        finding_id,
        state,
        reason as state_reason,
        until as state_until,
        said_at,
        said_by,
        monthly_saving_cents as promised_cents,
        pricing_currency as promised_currency
    from source
)

select * from renamed
