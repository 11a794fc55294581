with servers as (
    select
        resource_id,
        instance_size,
        max(billed_days) as size_days,
        sum(cost_cents) as server_cents
    from {{ ref('int_saving_costs') }}
    where category = 'Dedicated instance' and billed_days > 0
    group by resource_id, instance_size
),

-- one bill for all nodes of a tier: analytics nodes are as many of them as they are
judged as (
    select
        clusters.*,
        servers.size_days,
        servers.server_cents,
        {{ is_measured() }} as is_measured,
        -- Atlas does not say which node is one: if the busiest of all is idle, so are they
        clusters.cpu_p95 < 5 as is_idle
    from {{ ref('int_saving_clusters') }} as clusters
    inner join servers
        on
            clusters.resource_id = servers.resource_id
            and coalesce(clusters.analytics_size, clusters.instance_size) = servers.instance_size
    where
        clusters.analytics_nodes > 0
        and not clusters.is_paused
        and servers.size_days >= {{ saving_least_days() }}
),

found as (
    select
        *,
        case
            when is_measured and is_idle and analytics_size = instance_size
                then {{ month_of('server_cents * analytics_nodes / nodes', 'size_days') }}
            when is_measured and is_idle then {{ month_of('server_cents', 'size_days') }}
        end as monthly_saving_cents
    from judged
    where not is_measured or is_idle is null or is_idle
)

select
    {{ finding(
        'analytics_nodes', 'servers',
        summary=known_if("is_measured and is_idle", "resource_name || ' pays for analytics nodes that have nothing to do'"),
        evidence_rows=measured_rows() + [
            ("analytics nodes", "analytics_nodes", "nodes"),
            ("all nodes", "nodes", "nodes"),
            ("servers of their tier, as billed", "server_cents", "cents"),
        ],
        basis="'your invoices'",
        action=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"),
            ("replication_specs", region_spec("'analyticsSpecs: {nodeCount: 0}'")),
        ]),
        undo=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name"),
            ("replication_specs", region_spec(
                "'analyticsSpecs: {instanceSize: ' || analytics_size || ', nodeCount: '
                || analytics_nodes || '}'"
            )),
        ]),
        effort='low', risk='medium', confidence="'medium'"
    ) }}
from found
