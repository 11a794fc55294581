"""What the forecast reads of the marts: costs by day and part, and what happened to resources."""

from datetime import date

import duckdb

from orchestration.insight.forecasting import build as forecasting
from orchestration.insight.forecasting.parts import CostDay, Event, Key
from orchestration.insight.tables import Rows

MOST_RESOURCES = 300
"""The most expensive of the last quarter are forecast each; the rest of a project together."""
HISTORY_MONTHS = 37
OTHERS = "other resources"

THROUGH = "select data_through, posted_through from marts.data_through"
# Late usage of a month before the first invoice does not make that month one with costs. Search
# nodes have the name of the cluster they search, and are another resource.
COSTS = """
with days as (
    select
        *,
        if(resource_type = 'search_nodes', 'search nodes of ', '')
            || coalesce(resource_name, resource_id, org_id) as name
    from marts.fct_costs_daily
    where
        is_in_total
        and usage_date >= (select min(start_date) from marts.fct_invoices)
        and usage_date >= $as_of - to_months($months)
),

ranked as (
    select coalesce(project_id, '') as project_id, name
    from days
    group by all
    order by
        sum(cost_cents) filter (where usage_date > $as_of - 92) desc nulls last,
        max(usage_date) desc,
        1,
        2
    limit $resources
)

select
    days.connection,
    days.org_id,
    coalesce(days.project_id, ''),
    if(ranked.name is null, $others, days.name) as resource,
    days.service,
    days.charge_type,
    days.pricing_currency,
    coalesce(max_by(days.org_name, days.usage_date), ''),
    coalesce(max_by(days.project_name, days.usage_date), ''),
    if(any_value(ranked.name) is null, $others, coalesce(max(days.resource_id), '')),
    if(any_value(ranked.name) is null, $others, days.name),
    days.usage_date,
    days.billed_date,
    cast(sum(days.cost_cents) as bigint)
from days
left join ranked
    on coalesce(days.project_id, '') = ranked.project_id and days.name = ranked.name
group by
    days.connection,
    days.org_id,
    days.project_id,
    resource,
    days.name,
    ranked.name,
    days.service,
    days.charge_type,
    days.pricing_currency,
    days.usage_date,
    days.billed_date
order by all
"""
EVENTS = """
select distinct coalesce(project_id, ''), resource_name, event, cast("at" as date)
from marts.resource_events
where resource_name is not null and cast("at" as date) <= $as_of
order by all
"""


def build(db: duckdb.DuckDBPyConnection) -> Rows:
    """The rows of the forecast's tables, from a database with finished marts."""
    through = db.execute(THROUGH).fetchone()
    if through is None:
        return forecasting.build([], [], date.min, date.min)
    as_of, posted_through = through
    return forecasting.build(costs(db, as_of), events(db, as_of), as_of, posted_through)


def costs(db: duckdb.DuckDBPyConnection, as_of: date) -> list[CostDay]:
    """Costs by day and part."""
    arguments = {
        "as_of": as_of,
        "months": HISTORY_MONTHS,
        "resources": MOST_RESOURCES,
        "others": OTHERS,
    }
    found = db.execute(COSTS, arguments).fetchall()
    keys: dict[tuple[str, ...], Key] = {}
    return [
        CostDay(keys.setdefault(row[: len(Key._fields)], Key(*row[:7])), *row[7:]) for row in found
    ]


def events(db: duckdb.DuckDBPyConnection, as_of: date) -> list[Event]:
    """What happened to resources until the newest day of the data."""
    found = db.execute(EVENTS, {"as_of": as_of}).fetchall()
    return [Event((project, resource), event, day) for project, resource, event, day in found]
