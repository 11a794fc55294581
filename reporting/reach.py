"""How far the costs reach, and which of them are known to be missing."""

from collections.abc import Callable, Sequence

from reporting.query import Query, Row
from reporting.ranges import DataDays, Gap

# An invoice's month may begin before the organization did, and late usage stands on the first one.
USAGE_DAYS = Query("""select
    min(costs.usage_date) as first,
    greatest(min(costs.usage_date), min(costs.invoice_month)) as complete_from,
    any_value(reach.data_through) as through, any_value(reach.posted_through) as posted,
    max(costs.usage_date) as last
from marts.agg_costs_daily as costs left join marts.data_through as reach on true""")

# A release before this one published no missing_costs.
GAPS = Query("""with missing as (
    from meta.freshness union all by name
    select null::struct("start" date, "end" date)[] as missing_costs where false
),
gaps as (
    select connection, unnest(missing_costs, recursive := true) from missing
),
own as (
    select connection, list(distinct {'id': org_id, 'name': org_name}) as organizations
    from marts.agg_costs_daily where connection in (select connection from gaps)
    group by connection
)
select connection, organizations, "start", "end" from gaps join own using (connection)
order by connection, "start" nulls first""")


def data_days(read: Callable[[Query], Sequence[Row]], days: Query = USAGE_DAYS) -> DataDays | None:
    """How far the costs reach; None where there are none.

    Args:
        read: Answers a query from the published warehouse, or as much of it as a workspace sees.
        days: By which days, in the columns of USAGE_DAYS.
    """
    [found] = read(days)
    if not all(found.values()):
        return None
    return DataDays(**found, gaps=tuple(map(_gap, read(GAPS))))


def _gap(row: Row) -> Gap:
    connection = row["connection"]
    organizations = frozenset((each["id"], each["name"]) for each in row["organizations"])
    is_lone = connection == "default" and len(organizations) == 1
    name = next(iter(organizations))[1] if is_lone else connection
    return Gap(name, connection, organizations, row["start"], row["end"])
