"""Bills of one to a few parts, day by day."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from orchestration.insight.forecasting.build import build
from orchestration.insight.forecasting.parts import CostDay, Event, Key
from orchestration.insight.forecasting.tables import FORECASTS

FIRST = date(2025, 7, 1)
Cost = int | Callable[[date], int]


def daily(
    cost: Cost,
    until: date,
    *,
    first: date = FIRST,
    resource: str = "prod",
    resource_id: str = "",
    project: str = "shop",
    service: str = "Clusters",
    charge_type: str = "usage",
    currency: str = "USD",
    billed: Callable[[date], date] = lambda day: day + timedelta(days=1),
) -> list[CostDay]:
    """A part's costs from `first` to `until`, both included; days that cost nothing have no row."""
    key = Key("main", "org", project, resource, service, charge_type, currency)
    days = (first + timedelta(days=n) for n in range((until - first).days + 1))
    costs = ((day, cost(day) if callable(cost) else cost) for day in days)
    named = ("Org", project.title(), resource_id or resource, resource)
    return [CostDay(key, *named, day, billed(day), cents) for day, cents in costs if cents]


def told(rows: list[CostDay], as_of: date, events: Iterable[Event] = ()) -> dict[str, tuple]:
    """The total's forecast by month, YYYY-MM, as dictionaries by column."""
    found = build(known(rows, as_of), events, as_of, as_of + timedelta(days=1))[FORECASTS]
    return {f"{row['month']:%Y-%m}": row for row in named(FORECASTS, found) if is_total(row)}


def known(rows: list[CostDay], as_of: date) -> list[CostDay]:
    """What was billed by the morning after."""
    return [row for row in rows if row.billed_date <= as_of + timedelta(days=1)]


def named(table, rows) -> list[dict]:
    """Rows as dictionaries."""
    columns = [column.name for column in table.columns]
    return [dict(zip(columns, row, strict=True)) for row in rows]


def is_total(row: dict) -> bool:
    return row["scope_type"] == "total"
