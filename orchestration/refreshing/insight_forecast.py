"""What the forecast reads of the marts: costs by day and part, and what happened to resources."""

from datetime import date

import duckdb

from orchestration.insight.forecasting import build as forecasting
from orchestration.insight.forecasting.parts import CostDay, Event, Key
from orchestration.insight.tables import Rows

MOST_RESOURCES = 200
"""The most expensive of the last quarter are forecast each; the rest of a project together."""
HISTORY_MONTHS = 37
OTHERS = "other resources"

THROUGH = "select data_through, posted_through from marts.data_through"
# Late usage of a month before the first invoice does not make that month one with costs. Clusters
# go by their names, which outlive their IDs; search nodes have the name of what they search.
COSTS = """
with days as (
    select
        *,
        coalesce(project_id, '') as project,
        coalesce(
            case
                when resource_type = 'search_nodes' then 'search nodes of ' || resource_name
                when resource_type in ('cluster', 'flex_cluster', 'serverless_instance')
                    then resource_name
            end,
            resource_id,
            org_id
        ) as resource
    from marts.fct_line_item_days
    where
        is_in_total
        and usage_date >= (select min(start_date) from marts.fct_invoices)
        and usage_date >= $as_of - to_months($months)
),

-- as many as are forecast each
first_ones as (
    select
        project,
        resource,
        true as is_first
    from days
    group by all
    order by
        sum(cost_cents) filter (where usage_date > $as_of - 92) desc nulls last,
        max(usage_date) desc,
        project,
        resource
    limit $resources
)

select
    connection,
    org_id,
    project,
    if(is_first, resource, $others) as part,
    service,
    charge_type,
    pricing_currency,
    coalesce(max(org_name), '') as org_name,
    coalesce(max(project_name), '') as project_name,
    if(any_value(is_first), max(coalesce(resource_id, org_id)), project || '/' || $others) as id,
    if(any_value(is_first), max(coalesce(resource_name, org_name)), $others) as name,
    usage_date,
    billed_date,
    cast(sum(cost_cents) as bigint) as cost_cents
from days
left join first_ones using (project, resource)
group by
    connection,
    org_id,
    project,
    part,
    service,
    charge_type,
    pricing_currency,
    usage_date,
    billed_date
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
