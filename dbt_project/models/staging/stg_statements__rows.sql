with source as (
    select * from {{ source('statements', 'statement_rows') }}
),

renamed as (
    select
        statement_month,
        usage_month,
        entry,
        allocation_key,
        allocation_value,
        org_id,
        project_id,
        project_name,
        resource_id,
        resource_name,
        charge_type,
        pricing_currency,
        reason,
        rules_sha256,
        _file as statement_file,
        cost_cents,
        is_shared,
        closed_at
    from source
)

select * from renamed
