# ruff: noqa: S608  only fixed text is put into SQL; values are bound
"""Backups as SQL: what each cluster's snapshots are and cost, and when one was last restored."""

from reporting.query import Query, with_values
from reporting.ranges import Window

# A tag whose value begins so says that a cluster is production; without such a tag it may be.
PRODUCTION = "prod"
ENVIRONMENT_KEYS = ("env", "environment")
_KEYS = ", ".join(f"'{key}'" for key in ENVIRONMENT_KEYS)
_ENVIRONMENT = f"""flatten(list_transform(list_filter(
        map_entries(tags), lambda e: lower(e.key) in ({_KEYS})), lambda e: e.value))"""
_BILL = """bill as (
    select coalesce(former.resource_id, lines.resource_id) as resource_id,
        coalesce(lines.pricing_currency, 'unknown currency') as unit,
        arg_max(lines.resource_name, usage_date) as resource_name,
        arg_max(lines.project_name, usage_date) as project_name,
        max(usage_date) as last_day, sum(cost_cents)::bigint as amount,
        coalesce(sum(cost_cents) filter (category = 'Continuous (PIT)'), 0)::bigint as pit
    from marts.fct_line_item_days as lines
    left join marts.active_resources as former on lines.resource_id = former.upgraded_from
    where service = 'Backup' and is_in_total and usage_date >= $start and usage_date < $end
    group by 1, 2
)"""
_CLUSTER_TYPES = ("cluster", "flex_cluster", "serverless_instance")


def clusters(month: Window) -> Query:
    """Each cluster with a snapshot, a backup or a restore, the dearest first; cents of the month.

    A cluster that Atlas lists without backup is there too. `kind` is `listed`, `gone` where only
    the bill or its snapshots know it, `unreadable` where its project cannot be read.
    """
    return with_values(f"""with {_BILL},
kept as (
    select coalesce(cluster_id, project_id || '/' || cluster_name) as resource_id,
        max(cluster_name) as resource_name, max(project_name) as project_name,
        max(org_id) as org_id, count(*) as snapshots, min(created_at) as oldest,
        max(created_at) as newest,
        sum(storage_bytes)::bigint as bytes,
        string_agg(distinct coalesce(frequency, snapshot_type), ', '
            order by coalesce(frequency, snapshot_type)) as types,
        max(date_diff('day', created_at, expires_at)) as longest_days,
        string_agg(distinct copy_regions, ', ' order by copy_regions) as copy_regions
    from marts.backups group by 1
),
restored as (
    select coalesce(cluster_id, project_id || '/' || cluster_name) as resource_id,
        max(finished_at) filter (status = 'completed') as last_restore,
        arg_max(target_cluster_name, finished_at) filter (status = 'completed') as restored_into,
        count(*) filter (status = 'failed') as failed_restores
    from marts.restore_jobs group by 1
),
listed as (
    select *, {_ENVIRONMENT} as environments from marts.active_resources
    where resource_type in $types
),
currencies as (
    select org_id, arg_max(pricing_currency, usage_month) as pricing_currency
    from marts.agg_costs_monthly group by org_id
),
every as (
    select resource_id from bill union select resource_id from kept
    union select resource_id from listed where instance_size is distinct from 'M0'
)
select
    every.resource_id,
    coalesce(listed.resource_name, kept.resource_name, bill.resource_name) as resource_name,
    coalesce(listed.project_name, kept.project_name, bill.project_name) as project_name,
    listed.resource_type,
    case listed.listing_status when 'active' then 'listed'
        when 'no_project_access' then 'unreadable' else 'gone' end as kind,
    listed.backup_enabled, coalesce(listed.pit_enabled, false) as pit_enabled,
    array_to_string(listed.environments, ', ') as environment,
    coalesce(len(list_filter(listed.environments,
        lambda e: starts_with(lower(e), '{PRODUCTION}'))) > 0, false) as is_production,
    coalesce(snapshots, 0) as snapshots, oldest, newest, bytes, types, longest_days, copy_regions,
    last_restore, restored_into, coalesce(failed_restores, 0) as failed_restores, last_day,
    coalesce(amount, 0)::bigint as amount, coalesce(pit, 0)::bigint as pit,
    coalesce(bill.unit, listed.pricing_currency, currencies.pricing_currency, 'unknown currency')
        as unit
from every
left join bill using (resource_id) left join kept using (resource_id)
left join listed using (resource_id) left join restored using (resource_id)
left join currencies on kept.org_id = currencies.org_id
order by amount desc, bytes desc nulls last, resource_name""",
        {"start": month.start, "end": month.end, "types": _CLUSTER_TYPES})  # fmt: skip


def by_sku(month: Window) -> Query:
    """What the bill names of backups in a month: storage, continuous backup, transfer; cents."""
    return with_values("""select coalesce(pricing_currency, 'unknown currency') as unit, category,
    sku, sum(cost_cents)::bigint as amount
from marts.fct_line_item_days
where service = 'Backup' and is_in_total and usage_date >= $start and usage_date < $end
group by pricing_currency, category, sku order by unit, amount desc, sku""",
        {"start": month.start, "end": month.end})  # fmt: skip


def by_frequency(month: Window) -> Query:
    """The snapshot storage of a month by how often the policy takes them, split by size; cents.

    The bill has one line for all snapshots of a cluster. Its cost is shared by the bytes of the
    snapshots that Atlas keeps now, whole cents, the rest with the largest; what has no snapshot
    with a size is `not split`.
    """
    return with_values("""with bill as (
    select coalesce(former.resource_id, lines.resource_id) as resource_id,
        coalesce(lines.pricing_currency, 'unknown currency') as unit,
        sum(cost_cents)::bigint as amount
    from marts.fct_line_item_days as lines
    left join marts.active_resources as former on lines.resource_id = former.upgraded_from
    where service = 'Backup' and category = 'Backup snapshot' and is_in_total
        and usage_date >= $start and usage_date < $end
    group by 1, 2
),
sizes as (
    select cluster_id as resource_id, coalesce(frequency, snapshot_type) as frequency,
        count(*) as snapshots, sum(storage_bytes)::hugeint as bytes
    from marts.backups where storage_bytes > 0 and cluster_id is not null group by all
),
parts as (
    select bill.unit, bill.resource_id, frequency, snapshots, bytes, bill.amount,
        if(bytes is null, bill.amount, bill.amount * bytes // sum(bytes) over of_cluster) as part,
        row_number() over (partition by bill.resource_id, bill.unit order by bytes desc, frequency)
            as place
    from bill left join sizes using (resource_id)
    window of_cluster as (partition by bill.resource_id, bill.unit)
),
whole as (
    select *, part + if(place = 1, amount - sum(part) over of_cluster, 0) as cents
    from parts window of_cluster as (partition by resource_id, unit)
)
select unit, coalesce(frequency, 'not split') as frequency, coalesce(sum(snapshots), 0)::bigint
        as snapshots, sum(bytes)::hugeint as bytes, sum(cents)::bigint as amount
from whole group by unit, frequency order by unit, amount desc, frequency""",
        {"start": month.start, "end": month.end})  # fmt: skip


ARCHIVES = Query("""select cluster_id, cluster_name, project_name, database_name, collection_name,
    state, criteria_type, archive_after_days, delete_after_days, region
from marts.online_archives order by project_name, cluster_name, database_name, collection_name,
    archive_id""")
RESTORES = Query("""select cluster_id, cluster_name, project_name, delivery_type, status,
    snapshot_at, finished_at, target_project_name, target_cluster_name, restore_job_id
from marts.restore_jobs
order by coalesce(finished_at, scheduled_at, snapshot_at) desc nulls last, restore_job_id""")
