# ruff: noqa: S608  what is put into SQL text comes from the dimension registry; values are bound
"""Active resources as SQL: the list, what the month's total has beside it, and what is gone.

A resource is one through an upgrade in place: what its former id was billed is its own.
"""

from collections.abc import Sequence

from reporting.conditions import conditions
from reporting.dimensions import RESOURCE_DIMENSIONS, STATE, Bind, Dimension, find
from reporting.query import Binder, Query, with_values
from reporting.ranges import Window
from reporting.state import Filter

# The first of these keys that a resource carries names its owner; case is ignored.
OWNER_KEYS = ("owner", "team")
PAUSED, GONE, UNREADABLE, UNOWNED = "paused", "gone but billed", "unreadable", "no owner"
# Each with what it means; M0 cannot have backups.
FLAGS = {
    PAUSED: "paused",
    "PIT": "pit_enabled",
    "no backup": "not backup_enabled and resource_type = 'cluster' and instance_size <> 'M0'",
    UNREADABLE: "listing_status = 'no_project_access'",
    GONE: "listing_status = 'billed_not_listed'",
    UNOWNED: "owner is null",
}
_CURRENCY = "coalesce(pricing_currency, 'unknown currency')"


def _tag_of(key: str) -> str:
    found = f"list_filter(map_entries(tags), lambda e: lower(e.key) = '{key}')"
    return f"array_to_string(list_sort(flatten(list_transform({found}, lambda e: e.value))), ', ')"


_OWNERS = ", ".join(f"nullif({_tag_of(key)}, '')" for key in OWNER_KEYS)
_OWNER = f"coalesce({_OWNERS})"
_FLAGS = ",\n            ".join(f"if({test}, '{flag}', null)" for flag, test in FLAGS.items())
RESOURCES = f"""organizations as (
    select org_id, max(org_name) as org_name from marts.dim_projects group by org_id
),
owned as (
    select * replace ({STATE} as state), {_CURRENCY} as unit, {_OWNER} as owner
    from marts.active_resources
),
resources as (
    select
        owned.*, organizations.org_name,
        list_filter([
            {_FLAGS}
        ], lambda flag: flag is not null) as flags
    from owned left join organizations using (org_id)
)"""
# Costs of a former id are those of the cluster it was upgraded to.
_PRESENT = "coalesce(former.resource_id, lines.resource_id)"
_FORMER = """left join marts.active_resources as former
        on lines.resource_id = former.upgraded_from"""
_TAG_TEXT = """array_to_string(list_sort(list_transform(
        map_entries(tags), lambda e: e.key || '=' || array_to_string(list_sort(e.value), ', ')
    )), '; ')"""

DIMENSIONS = RESOURCE_DIMENSIONS | {
    each.name: each
    for each in (
        Dimension("organization", "Organization", "org_name", "org_id"),
        Dimension("owner", "Owner", "owner"),
        Dimension("flag", "Flag", "flags", list_expression="flags"),
        Dimension("mongodb_version", "MongoDB version", "mongodb_version"),
    )
}
# Names are found by typing; these are offered.
_OFFERED = (
    "project", "organization", "owner", "resource_type", "instance_size", "region",
    "cloud_provider", "state", "listing_status", "mongodb_version",
)  # fmt: skip


def active(filters: Sequence[Filter] = ()) -> Query:
    """Every resource that Atlas lists or bills now, the dearest first; cents of `unit`."""
    bind = Binder()
    return bind.query(f"""with {RESOURCES}
select
    resource_id, resource_name, resource_type, owner, project_id, project_name, org_id, org_name,
    cloud_provider, region, instance_size, state, paused, listing_status, flags, nodes, disk_gb,
    mongodb_version, backup_enabled, pit_enabled, created_at, {_TAG_TEXT} as tag_text, unit,
    cost_month_to_date_cents::bigint as month_to_date,
    cost_last_30_days_cents::bigint as last_30_days,
    projected_month_cents::bigint as projected_month
from resources
where {_where(filters, bind)}
order by projected_month desc nulls last, resource_name, resource_id""")


def _where(filters: Sequence[Filter], bind: Bind) -> str:
    found = [(one, find(one.dimension, DIMENSIONS)) for one in filters]
    return conditions([(one, each) for one, each in found if each], bind) or "true"


def offered() -> Query:
    """What a filter can offer: each value in use, as (dimension, value), the most frequent first.

    A tag's dimension is `tag:<key>`; its values and flags are single ones.
    """
    bind = Binder()
    plain = ", ".join(
        f"{{'dimension': '{name}', 'value': {DIMENSIONS[name].label_sql(bind)}}}"
        for name in _OFFERED
    )
    return bind.query(f"""with {RESOURCES},
pairs as (
    select unnest([{plain}]) as pair from resources
    union all
    select {{'dimension': 'flag', 'value': unnest(flags)}} from resources
    union all
    select {{'dimension': 'tag:' || key, 'value': unnest(values)}}
    from (
        select unnest(map_keys(tags)) as key, unnest(map_values(tags)) as values from resources
    )
)
select pair.dimension as dimension, pair.value as value, count(*) as resources
from pairs where pair.value <> '(none)'
group by all order by dimension, resources desc, value limit 2000""")


def trends(window: Window) -> Query:
    """What each resource cost on each day of a window on which it was billed, by currency."""
    return with_values(f"""with costs as (
    select {_PRESENT} as resource_id, {_currency("lines")} as unit, usage_date,
        sum(cost_cents)::bigint as cents
    from marts.fct_line_item_days as lines
    {_FORMER}
    where usage_date >= $start and usage_date < $end and is_in_total
        and lines.resource_id is not null
    group by all
)
select resource_id, unit, list(usage_date order by usage_date) as days,
    list(cents order by usage_date) as cents
from costs group by all""", {"start": window.start, "end": window.end})  # fmt: skip


def _currency(table: str) -> str:
    return f"coalesce({table}.pricing_currency, 'unknown currency')"


def beside(month: Window) -> Query:
    """What the total of a month holds beside the list, so that both make it to the cent.

    Columns: unit, what, reason (organization, gone, other_currency), gone_on, last_day, amount.
    """
    return with_values(f"""with costs as (
    select
        {_currency("lines")} as unit,
        coalesce(lines.resource_type, 'organization') = 'organization' as is_of_organization,
        if(is_of_organization, null, {_PRESENT}) as resource_id,
        if(is_of_organization, service, null) as service,
        arg_max(lines.resource_name, usage_date) as resource_name, max(usage_date) as last_day,
        sum(cost_cents)::bigint as cents
    from marts.fct_line_item_days as lines
    {_FORMER}
    where usage_date >= $start and usage_date < $end and is_in_total
    group by all
),
gone as (
    select resource_id, max("at")::date as gone_on from marts.resource_events
    where event = 'deleted' group by resource_id
)
select
    costs.unit, coalesce(costs.service, costs.resource_name, costs.resource_id) as what,
    case when is_of_organization then 'organization'
        when listed.resource_id is not null then 'other_currency' else 'gone' end as reason,
    gone.gone_on, costs.last_day, costs.resource_id,
    costs.cents - if(listed.pricing_currency is not distinct from nullif(costs.unit,
        'unknown currency'), coalesce(listed.cost_month_to_date_cents, 0), 0) as amount
from costs
left join marts.active_resources as listed on costs.resource_id = listed.resource_id
left join gone on costs.resource_id = gone.resource_id
where amount <> 0
order by costs.unit, amount desc, what""", {"start": month.start, "end": month.end})  # fmt: skip


def deleted(filters: Sequence[Filter] = ()) -> Query:
    """What is gone, the latest first: when, as which tier, what it cost in all; cents of `unit`.

    A cluster is gone when Atlas lists it no more or its bill ends; anything else when it is billed
    no more. `still_billed` is what its backups cost this month to date.
    """
    bind = Binder()
    found = [(one, find(one.dimension, DIMENSIONS)) for one in filters]
    text = conditions([(one, each) for one, each in found if each], bind) or "true"
    return bind.query(f"""with events as (
    select resource_id, max("at")::date as gone_on, arg_max(before, "at") as instance_size,
        arg_max(seen_in, "at") as seen_in
    from marts.resource_events where event = 'deleted' group by resource_id
),
sums as (
    select
        coalesce(upgrades.cluster_id, costs.resource_id) as resource_id, {_CURRENCY} as unit,
        arg_max(resource_name, usage_month) as resource_name,
        arg_max(costs.resource_type, usage_month) as resource_type,
        arg_max(costs.project_id, usage_month) as project_id,
        arg_max(costs.project_name, usage_month) as project_name,
        max(costs.org_id) as org_id, max(org_name) as org_name,
        arg_max(costs.cloud_provider, usage_month) as cloud_provider,
        arg_max(costs.region, usage_month) as region, arg_max(costs.tags, usage_month) as tags,
        max(usage_month) as last_month, sum(cost_cents)::bigint as total
    from marts.agg_costs_monthly as costs
    left join marts.dim_clusters as upgrades on costs.resource_id = upgrades.upgraded_from
    where is_in_total and costs.resource_id is not null
        and costs.resource_type not in ('organization', 'project')
    group by all
),
owned as (
    select sums.*, {_OWNER} as owner from sums
),
resources as (
    select owned.*, gone_on, events.instance_size, coalesce(seen_in, 'bill') as seen_in,
        listed.cost_month_to_date_cents as still_billed, 'deleted' as state,
        'deleted' as listing_status, null::varchar as mongodb_version,
        []::varchar[] as flags
    from owned left join events using (resource_id)
    left join marts.active_resources as listed using (resource_id)
    where events.resource_id is not null or listed.resource_id is null
),
ends as (
    select resource_id, min(usage_date) as first_day, max(usage_date) as last_day
    from marts.fct_line_items
    where resource_id in (select resource_id from resources)
    group by resource_id
)
select
    resources.resource_id, resource_name, resource_type, owner, project_name, instance_size,
    region, coalesce(gone_on, last_day + 1) as gone_on,
    if(gone_on is null, 'last_billed', seen_in) as seen_in, first_day, last_day,
    still_billed, total, unit
from resources left join ends using (resource_id)
where {text}
order by gone_on desc, total desc, resource_name""")
