with source as (
    select * from {{ source('feedback', 'saving_states') }}
),

renamed as (
    select
        position,
        finding_id,
        rule,
        part,
        resource_id,
        resource_name,
        resource_type,
        project_id,
        org_id,
        connection,
        state,
        reason as state_reason,
        until as state_until,
        done_on,
        said_at,
        said_by,
        monthly_saving_cents as promised_cents,
        pricing_currency as promised_currency
    from source
)

select * from renamed
