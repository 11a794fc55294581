"""Daily costs made by hand, found and described."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from orchestration.insight.anomalies import ANOMALIES, Limits, Verdict, describe, find
from orchestration.insight.anomalies.effects import Detail
from orchestration.insight.anomalies.events import Event
from orchestration.insight.anomalies.series import Daily, Key

BEGIN = date(2026, 1, 1)  # a Thursday
SHOP = Key(
    org_id="o",
    project_id="p",
    project_name="shop",
    resource_id="c1",
    resource_name="shop-prod",
    resource_type="cluster",
    service="Data Transfer",
    category="Data transfer AWS",
    pricing_currency="USD",
    begins=BEGIN,
)
Costs = Sequence[int]


def day(number: int) -> date:
    """The day so many after the first."""
    return BEGIN + timedelta(number)


def key(**changes: object) -> Key:
    return replace(SHOP, **changes)


def details(number: int, costs: Costs, sku: str = "SKU", price: int = 10) -> list[Detail]:
    """One line a day, billed on the next, of `price` cents a unit."""
    return [
        Detail(number, day(n).toordinal(), day(n + 1), sku, cents, cents / price)
        for n, cents in enumerate(costs)
        if cents
    ]


def anomalies(
    series: dict[Key, Costs],
    *,
    events: Iterable[Event] = (),
    verdicts: Sequence[Verdict] = (),
    lines: Sequence[Detail] | None = None,
    limits: Limits | None = None,
) -> list[dict]:
    """The rows of `anomalies` as dictionaries; every series ends on the same day."""
    keys = dict(enumerate(series))
    if lines is None:
        lines = [one for n, costs in enumerate(series.values()) for one in details(n, costs)]
    through = day(max(map(len, series.values())) - 1)
    daily = Daily.of((each.series, each.day, each.cents) for each in lines)
    found = find(keys, daily, events, through, limits)
    rows = describe(found, lines, keys, verdicts, through=through, limits=limits)
    names = [column.name for column in ANOMALIES.columns]
    return [dict(zip(names, row, strict=True)) for row in rows]


def anomaly(costs: Costs, **options: object) -> dict:
    """The only one of a series."""
    [found] = anomalies({SHOP: costs}, **options)
    return found
