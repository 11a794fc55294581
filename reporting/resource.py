# ruff: noqa: S608  only fixed text is put into SQL; values are bound
"""One resource as SQL: what it is, what it costs, and what happened to it.

A cluster upgraded in place is one through all of its ids: `life` has each of them.
"""

from collections.abc import Sequence

from reporting.query import Query, with_values
from reporting.ranges import Window
from reporting.resources import RESOURCES

# A cluster's id, those it had before it was upgraded, and the same for whatever else has one.
_LIFE = """life as (
    select $id as resource_id
    union select billed_as from marts.dim_clusters_history where cluster_id = $id
    union select upgraded_from from marts.active_resources
        where resource_id = $id and upgraded_from is not null
)"""
_UNIT = "coalesce(pricing_currency, 'unknown currency') as unit"
_CURRENT_TAGS = "(select max(tags) from marts.active_resources where resource_id = $id)"


def _of(resource_id: str, sql: str, **values: object) -> Query:
    return with_values(sql, {"id": resource_id, **values})


def present_id(resource_id: str) -> Query:
    """The id a cluster has now, where `resource_id` is one it had before an upgrade in place."""
    return _of(resource_id, """select cluster_id as resource_id from marts.dim_clusters_history
where billed_as = $id and cluster_id <> $id limit 1""")  # fmt: skip


def life(resource_id: str) -> Query:
    """Every id it was ever billed under; the days' questions take them as values.

    With a subquery in its place, ten million lines took ten times as long.
    """
    return _of(resource_id, f"with {_LIFE} select resource_id from life order by resource_id")


def head(resource_id: str) -> Query:
    """What it is; no row where nothing has this id. Costs are null where it is gone."""
    return _of(
        resource_id,
        f"""with {RESOURCES},
clusters as (
    select * from marts.dim_clusters where cluster_id = $id
),
billed as (
    select
        resource_id, arg_max(resource_name, usage_month) as resource_name,
        arg_max(resource_type, usage_month) as resource_type,
        arg_max(project_id, usage_month) as project_id,
        arg_max(project_name, usage_month) as project_name,
        arg_max(org_name, usage_month) as org_name,
        arg_max(region, usage_month) as region,
        arg_max(cloud_provider, usage_month) as cloud_provider,
        arg_max(pricing_currency, usage_month) as pricing_currency,
        arg_max(connection, usage_month) as connection
    from marts.agg_costs_monthly where resource_id = $id and is_in_total group by resource_id
),
gone as (
    select max("at") as gone_at from marts.resource_events
    where resource_id = $id and event = 'deleted'
)
select
    $id as resource_id,
    coalesce(now.resource_name, clusters.cluster_name, billed.resource_name, $id) as resource_name,
    coalesce(now.resource_type, clusters.resource_type, billed.resource_type) as resource_type,
    coalesce(now.project_id, clusters.project_id, billed.project_id) as project_id,
    coalesce(now.project_name, clusters.project_name, billed.project_name) as project_name,
    coalesce(now.org_name, billed.org_name) as org_name,
    coalesce(now.region, clusters.region, billed.region) as region,
    coalesce(now.cloud_provider, clusters.cloud_provider, billed.cloud_provider)
        as cloud_provider,
    coalesce(now.instance_size, clusters.instance_size) as instance_size,
    coalesce(now.listing_status, 'deleted') as listing_status, gone.gone_at,
    now.state, coalesce(now.paused, false) as paused, now.owner, coalesce(now.flags, []) as flags,
    coalesce(now.nodes, clusters.nodes) as nodes,
    coalesce(now.disk_gb, clusters.disk_gb) as disk_gb,
    coalesce(now.mongodb_version, clusters.mongodb_version) as mongodb_version,
    now.backup_enabled, now.pit_enabled, coalesce(now.created_at, clusters.created_at)
        as created_at,
    clusters.upgraded_from, coalesce(clusters.connection, billed.connection) as connection,
    coalesce(now.unit, billed.pricing_currency, 'unknown currency') as unit,
    now.cost_month_to_date_cents::bigint as month_to_date,
    now.cost_last_30_days_cents::bigint as last_30_days,
    now.projected_month_cents::bigint as projected_month
from (select 1) as one
left join (select * from resources where resource_id = $id) as now on true
left join clusters on true left join billed on true left join gone on true
where coalesce(now.resource_id, clusters.cluster_id, billed.resource_id) is not null""",
    )


def by_day(ids: Sequence[str], window: Window) -> Query:
    """Its cost by day and service; cents."""
    return with_values(f"""select {_UNIT}, usage_date as day, service,
    sum(cost_cents)::bigint as amount
from marts.fct_line_item_days
where resource_id in $ids and is_in_total
    and usage_date >= $start and usage_date < $end
group by all order by unit, day, service""",
        {"ids": tuple(ids), "start": window.start, "end": window.end},
    )  # fmt: skip


def by_sku(ids: Sequence[str], window: Window) -> Query:
    """Its cost and quantity by category and SKU, the dearest first; cents."""
    return with_values(f"""select {_UNIT}, category, sku, max(sku_description) as description,
    any_value(lines.unit) as measured_in, sum(quantity)::decimal(38, 6) as quantity,
    sum(cost_cents)::bigint as amount
from marts.fct_line_item_days as lines
where resource_id in $ids and is_in_total
    and usage_date >= $start and usage_date < $end
group by pricing_currency, category, sku
order by 1, amount desc, sku""",
        {"ids": tuple(ids), "start": window.start, "end": window.end},
    )  # fmt: skip


def lines(ids: Sequence[str], window: Window, most: int = 500) -> Query:
    """The lines on the bill behind these numbers, the newest first; cents."""
    return with_values(f"""select usage_date, invoice_month, invoice_id, sku, quantity,
    lines.unit as measured_in, unit_price, cost_cents as amount, {_UNIT}, resource_id, line_item_id
from marts.fct_line_items as lines
where resource_id in $ids and is_in_total
    and usage_date < $end and usage_end_date > $start
order by usage_date desc, cost_cents desc, line_item_id limit $most""",
        {"ids": tuple(ids), "start": window.start, "end": window.end, "most": most},
    )  # fmt: skip


def events(resource_id: str) -> Query:
    """What happened to it, the newest first; `seen_in` is `inventory` or `bill`."""
    return _of(resource_id, """select "at"::date as day, event, before, after, seen_in
from marts.resource_events where resource_id = $id order by "at" desc, event""")  # fmt: skip


def configuration_changes(resource_id: str) -> Query:
    """What Atlas listed otherwise than before, but for tier, nodes, region and pauses (events)."""
    return _of(resource_id, """with periods as (
    select *, lag(valid_from) over life is not null as has_before,
        lag(disk_gb) over life as old_disk, lag(mongodb_version) over life as old_version,
        lag(backup_enabled) over life as old_backup, lag(pit_enabled) over life as old_pit
    from marts.dim_clusters_history
    where cluster_id = $id and seen_in = 'inventory'
    window life as (partition by billed_as order by valid_from)
),
changes as (
    select valid_from, unnest([
        {'what': 'Disk GB', 'before': old_disk::bigint::varchar,
            'after': disk_gb::bigint::varchar},
        {'what': 'MongoDB version', 'before': old_version, 'after': mongodb_version},
        {'what': 'Backup', 'before': if(old_backup, 'on', 'off'),
            'after': if(backup_enabled, 'on', 'off')},
        {'what': 'Point-in-time', 'before': if(old_pit, 'on', 'off'),
            'after': if(pit_enabled, 'on', 'off')}
    ]) as change
    from periods where has_before
)
select valid_from::date as day, change.what as event, change.before as before,
    change.after as after, 'inventory' as seen_in
from changes where change.before is distinct from change.after
order by day desc, event""")  # fmt: skip


def tiers(resource_id: str) -> Query:
    """When it had which tier: by what Atlas listed (inventory) and by the days on the bill."""
    return _of(resource_id, f"""with {_LIFE},
days as (
    select usage_date, string_agg(distinct instance_size, ', ' order by instance_size) as size
    from marts.agg_cluster_days
    where resource_id in (select resource_id from life) and instance_size is not null
    group by usage_date
),
runs as (
    select *, usage_date - row_number() over (partition by size order by usage_date)::integer
        as run
    from days
),
listed as (
    select instance_size as size, valid_from::date as valid_from,
        coalesce(valid_to::date, (select max(data_through) + 1 from marts.data_through)) as valid_to
    from marts.dim_clusters_history
    where cluster_id = $id and seen_in = 'inventory' and instance_size is not null
)
select 'Bill' as source, size, min(usage_date) as valid_from, max(usage_date) + 1 as valid_to
from runs group by size, run
union all
select 'Inventory', size, valid_from, greatest(valid_to, valid_from + 1) from listed
order by source, valid_from""")  # fmt: skip


def tags(resource_id: str) -> Query:
    """Its tags: whether it has them now and whence, and the days they were first seen with."""
    return _of(resource_id, f"""with {_LIFE},
first_seen as (
    select key, value, min(usage_date) as first_day, max(usage_date) as last_day
    from (
        select usage_date, tag.key as key, unnest(tag.value) as value
        from (
            select usage_date, unnest(map_entries(tags_first_seen)) as tag
            from marts.fct_line_items where resource_id in (select resource_id from life)
        )
    )
    group by all
),
present as (
    select tag.key as key, unnest(tag.value) as value,
        array_to_string(tag_sources[tag.key], ', ') as sources
    from (
        select tag_sources, unnest(map_entries(tags)) as tag
        from marts.active_resources where resource_id = $id
    )
)
select coalesce(present.key, first_seen.key) as key,
    coalesce(present.value, first_seen.value) as value,
    present.key is not null as is_current, sources, first_day, last_day
from present full join first_seen using (key, value)
order by 1, is_current desc, 2""")  # fmt: skip


def snapshots(resource_id: str) -> Query:
    """Its snapshots, the newest first."""
    return _of(resource_id, """select snapshot_id, created_at, expires_at, snapshot_type, frequency,
    status, storage_bytes, copy_regions, description
from marts.backups where cluster_id = $id order by created_at desc, snapshot_id""")  # fmt: skip


def restores(resource_id: str) -> Query:
    """Restores of its snapshots, the newest first."""
    return _of(resource_id, """select finished_at, snapshot_at, delivery_type, status,
    target_project_name, target_cluster_name
from marts.restore_jobs where cluster_id = $id
order by coalesce(finished_at, scheduled_at, snapshot_at) desc, restore_job_id""")  # fmt: skip


def archives(resource_id: str) -> Query:
    """Its online archives."""
    return _of(resource_id, """select database_name, collection_name, state, criteria_type,
    archive_after_days, delete_after_days, region
from marts.online_archives where cluster_id = $id
order by database_name, collection_name, archive_id""")  # fmt: skip


def findings(resource_id: str) -> Query:
    """What could be saved on it, by dollars; cents a month."""
    return _of(resource_id, """select finding_id, rule, summary, monthly_saving_cents as amount,
    coalesce(pricing_currency, 'unknown currency') as unit, confidence, state, action
from marts.savings where resource_id = $id
order by amount desc nulls last, rule""")  # fmt: skip


def anomalies(resource_id: str) -> Query:
    """Its anomalies, the newest first; cents."""
    return _of(resource_id, f"""with {_LIFE}
select anomaly_id, usage_date, over_cents as over, actual_cents as actual,
    expected_cents as expected, status, verdict, explanation,
    coalesce(pricing_currency, 'unknown currency') as unit
from marts.anomalies where resource_id in (select resource_id from life)
order by usage_date desc, anomaly_id""")  # fmt: skip
