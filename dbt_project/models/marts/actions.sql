with actions as (
    select * from {{ ref('stg_atlas__actions') }}
)

select
    action,
    target,
    requested_at,
    requested_by,
    plan,
    applied,
    outcome,
    error,
    atlas_ids,
    duration_s,
    action_id,
    connection,
    error_code,
    config,
    result,
    finished_at,
    monthly_cost_before_cents,
    monthly_cost_after_cents
from actions
order by requested_at, action_id
