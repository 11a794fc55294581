with costs as (
    select
        resource_id,
        max(billed_days) as security_days,
        sum(cost_cents) as security_cents
    from {{ ref('int_saving_costs') }}
    where category = 'Advanced security / auditing' and billed_days > 0
    group by resource_id
),

-- it is turned on for a project
keys as (
    select
        project_id,
        bool_or(has_own_keys) as has_own_keys
    from {{ ref('int_saving_clusters') }}
    group by project_id
),

found as (
    select
        clusters.*,
        costs.security_days,
        costs.security_cents,
        {{ month_of('costs.security_cents', 'costs.security_days') }} as monthly_saving_cents
    from {{ ref('int_saving_clusters') }} as clusters
    inner join costs on clusters.resource_id = costs.resource_id
    inner join keys on clusters.project_id = keys.project_id
    where costs.security_days >= {{ saving_least_days() }} and not keys.has_own_keys
)

select
    {{ finding(
        'advanced_security', 'security',
        summary="resource_name || ' pays for advanced security without encryption by keys of your own'",
        evidence_rows=[
            ("advanced security, as billed", "security_cents", "cents"),
            ("days billed", "security_days", "days"),
            ("encryption by keys of your own in the project", "'none'", "setting"),
            ("database auditing, LDAP", "cast(null as string)", "not read"),
        ],
        basis="'your invoices'",
        action="'In Atlas, ' || project_name || ' / Advanced: turn off database auditing and LDAP, if nobody needs them; no action of atlas-costs does.'",
        undo="'Turn them on again.'",
        effort='medium', risk='high', confidence="'medium'"
    ) }}
from found
