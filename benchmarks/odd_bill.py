"""A sandbox's bill as the series and events that anomalies are found in, without a pipeline.

What the bill's own periods say of clusters (`resource_events`) is worked out here anew; that a
paused cluster was resumed is what an inventory would have told.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from orchestration.insight.anomalies.effects import Detail
from orchestration.insight.anomalies.events import Event
from orchestration.insight.anomalies.series import Daily, Key
from sandbox.bill.books import Books
from sandbox.bill.ledger import Line
from sandbox.bill.oddities import Oddity
from sandbox.bill.planting import planned
from sandbox.clock import Clock
from sandbox.months import add_months
from sandbox.truth import all_invoices, truth

TODAY = date(2026, 11, 22)
MONTHS = 13
WHOLE = Decimal(1)


@dataclass(frozen=True)
class OddBill:
    """What the detection reads, and what it should find."""

    keys: dict[int, Key]
    daily: Daily
    details: list[Detail]
    events: list[Event]
    through: date
    anomalies: list[dict[str, Any]]
    decoys: list[dict[str, Any]]

    def as_of(self, morning: date) -> "OddBill":
        """The bill as it stood on a morning: what was posted by then, and no day after."""
        details = [each for each in self.details if each.billed_on and each.billed_on <= morning]
        through = max(each.day for each in details)
        return replace(
            self,
            daily=_daily(details),
            details=details,
            events=[each for each in self.events if each.on <= morning],
            through=date.fromordinal(through),
        )


def odd_bill(seed: int, strength: Decimal = WHOLE) -> OddBill:
    """The bill of a seed: at a strength below 1 its anomalies are fainter, at 0 nothing is odd."""
    books = Books(seed, 1, MONTHS, Clock(TODAY))
    if strength:
        begins = add_months(TODAY, 1 - MONTHS)
        books.add_oddities(_weaker(one, strength) for one in planned(seed, begins, TODAY))
    lines = [
        (invoice.org.id, line)
        for invoice in all_invoices(books)
        for line in invoice.lines
        if line.product.charge_type == "usage"
    ]
    begins = min(invoice.month for invoice in all_invoices(books))
    series, keys = {}, {}
    for org_id, line in lines:
        key = _key(org_id, line, begins)
        keys[series.setdefault(key, len(series))] = key
    details = [_detail(series[_key(org_id, line, begins)], line) for org_id, line in lines]
    told = truth(books)
    return OddBill(
        keys,
        _daily(details),
        details,
        [*_billed_events([line for _, line in lines], begins), *_resumed(books)],
        max(line.start for _, line in lines),
        told["anomalies"],
        told["decoys"],
    )


def _weaker(oddity: Oddity, strength: Decimal) -> Oddity:
    """An anomaly of a part of its strength; decoys, and what is as large as it is, stay."""
    factor = {
        "transfer": oddity.factor * strength,
        "scan": oddity.factor * strength,
        "backup": 1 + (oddity.factor - 1) * strength,
        "servers": 1 + (oddity.factor - 1) * strength,
    }
    return replace(oddity, factor=factor.get(oddity.kind, oddity.factor))


def _daily(details: list[Detail]) -> Daily:
    return Daily.of((each.series, each.day, each.cents) for each in details)


def _key(org_id: str, line: Line, begins: date) -> Key:
    project, cluster = line.project, line.cluster
    assert project  # noqa: S101  usage belongs to a project
    return Key(
        org_id=org_id,
        project_id=project.id,
        project_name=project.name,
        resource_id=f"{project.id}/{cluster.name}" if cluster else project.id,
        resource_name=cluster.name if cluster else project.name,
        resource_type="cluster" if cluster else "project",
        service=line.product.service,
        category=line.product.service,
        pricing_currency="USD",
        begins=begins,
    )


def _detail(series: int, line: Line) -> Detail:
    return Detail(
        series,
        line.start.toordinal(),
        line.posted,
        line.product.sku,
        line.cents,
        float(line.quantity),
    )


def _billed_events(lines: list[Line], begins: date) -> list[Event]:
    """Clusters that come, and change their size, by the days on the bill."""
    sizes: dict[tuple[str, str], dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for line in lines:
        if line.cluster and line.project:
            found = sizes[f"{line.project.id}/{line.cluster.name}", line.cluster.name][line.start]
            sku = line.product.sku
            if "_INSTANCE_" in sku and "_SEARCH_" not in sku and not sku.endswith("PAUSED"):
                found.add(sku.rpartition("_")[2])
    return [
        event
        for (resource_id, name), days in sizes.items()
        for event in _events_of(resource_id, name, days, begins)
    ]


def _events_of(
    resource_id: str, name: str, days: dict[date, set[str]], begins: date
) -> list[Event]:
    found, known, last = [], "", None
    for day in sorted(days):
        size = ", ".join(sorted(days[day])) or known
        if last is None and day > begins + timedelta(1):
            found.append(Event(resource_id, name, "created", day, None, size))
        elif known and size != known:
            found.append(Event(resource_id, name, "tier changed", day, known, size))
        known, last = size, day
    return found


def _resumed(books: Books) -> list[Event]:
    """What the inventory would tell of a cluster that no longer sleeps."""
    found = []
    for oddity in books.oddities:
        if oddity.kind == "resumed":
            for project, clusters in books.paying.living(oddity.first_day):
                found += [
                    Event(f"{project.id}/{one.name}", one.name, "resumed",
                          oddity.first_day + timedelta(1), "paused", "running")
                    for one in clusters
                    if one.name == oddity.target
                ]  # fmt: skip
    return found
