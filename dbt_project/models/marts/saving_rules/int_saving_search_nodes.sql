{{ config(materialized='ephemeral') }}

with found as (
    select
        connection,
        org_id,
        project_id,
        max(project_name) as project_name,
        resource_id,
        max(resource_name) as resource_name,
        resource_type,
        pricing_currency,
        max(window_from) as window_from,
        max(window_to) as window_to,
        sum(cost_cents) as search_cents,
        sum(quantity) as search_hours,
        {{ joined('instance_size') }} as sizes,
        -- what search nodes are used for is not read: no list of Atlas's documents it yet
        cast(null as bigint) as monthly_saving_cents
    from {{ ref('int_saving_costs') }}
    where
        resource_type = 'search_nodes'
        and billed_days >= {{ saving_least_days() }}
        and last_day >= {{ add_days('data_through', -2) }}
    group by connection, org_id, project_id, resource_id, resource_type, pricing_currency
)

select
    {{ finding(
        'search_nodes', 'search',
        summary="resource_name || ' may be larger than search needs'",
        evidence_rows=[
            ("search nodes, as billed", "search_cents", "cents"),
            ("hours of search nodes", "cast(search_hours as double)", "hours"),
            ("sizes", "sizes", "tier"),
            ("search metrics", "cast(null as varchar)", "not read"),
        ],
        basis="'your invoices'",
        action="'In Atlas, look at the search metrics of ' || resource_name || '; no action of atlas-costs changes search nodes.'",
        undo="'Set the former size again.'",
        effort='medium', risk='medium', confidence="'medium'"
    ) }}
from found
