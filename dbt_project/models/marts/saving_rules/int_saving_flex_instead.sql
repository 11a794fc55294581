with clusters as (
    select * from {{ ref('int_saving_clusters') }}
    where
        instance_size = 'M10'
        and not is_paused
        and cluster_type = 'REPLICASET'
        and places = 1
        and nodes = 3
        and not pit_enabled
        and not has_bi_connector
),

costs as (
    select
        resource_id,
        max(observed_days) as observed_days,
        sum(cost_cents) as cost_cents
    from {{ ref('int_saving_costs') }}
    group by resource_id
),

-- flex costs the same in each cloud, by what is used of it
flex as (
    select
        org_id,
        pricing_currency,
        max(cents) as cents
    from {{ ref('int_saving_prices') }}
    where what = 'flex hour'
    group by org_id, pricing_currency
),

judged as (
    select
        clusters.*,
        costs.cost_cents,
        costs.observed_days,
        flex.cents as flex_cents,
        {{ is_measured() }} as is_measured,
        -- within four fifths of what a flex cluster takes: 5 GB, 500 connections, 500 a second
        clusters.data_gb <= 4 and clusters.connections <= 400 and clusters.operations <= 400 as fits
    from clusters
    inner join costs on clusters.resource_id = costs.resource_id
    left join flex
        on
            clusters.org_id = flex.org_id
            and clusters.pricing_currency = flex.pricing_currency
    where costs.observed_days >= {{ saving_least_days() }}
),

found as (
    select
        *,
        case
            when is_measured and fits
                then {{ month_of('cost_cents') }} - cast(round(730 * flex_cents, 0) as bigint)
        end as monthly_saving_cents
    from judged
    where not is_measured or fits is null or fits
)

select
    {{ finding(
        'flex_instead', 'cluster',
        summary=known_if("is_measured and fits", "resource_name || ' is an M10 that a flex cluster would hold'"),
        evidence_rows=measured_rows([
            ("data", "data_gb", "GB"),
            ("most connections to a node in an hour", "connections", "connections"),
            ("most operations of a node in an hour", "operations", "per second"),
        ]) + [
            ("the cluster, as billed", "cost_cents", "cents"),
            ("a flex cluster", "cast(730 * flex_cents as double)", "cents a month"),
        ],
        basis="case when flex_cents is null then 'no invoice has a flex cluster' else 'your invoices' end",
        action=command("create_cluster", [
            ("project", "project_name"), ("name", "resource_name || '-flex'"),
            ("provider", "atlas_provider"), ("region", "atlas_region"), ("instance_size", "'FLEX'"),
        ]) ~ " || ', then move the data (mongodump, mongorestore) and '
            || " ~ command("delete_cluster", [
            ("project", "project_name"), ("name", "resource_name"), ("confirm", "resource_name"),
        ]),
        undo=command("update_cluster", [
            ("project", "project_name"), ("name", "resource_name || '-flex'"),
            ("instance_size", "'M10'"), ("confirm", "resource_name || '-flex'"),
        ]),
        effort='high', risk='medium', confidence="'high'"
    ) }}
from found
