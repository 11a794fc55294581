"""What is odd about a bill, on demand: anomalies, and decoys that only look like one.

Off unless asked for: a bill without oddities is what it always was. Each line that an oddity
changed or added says which one, and how many of its cents there would not be without it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.bill import catalog
from sandbox.bill.catalog import Product
from sandbox.bill.ledger import HUNDRED, Line, Meter, discount, to_cents
from sandbox.estate.organization import Organization
from sandbox.estate.resources import Cluster, Project
from sandbox.months import ONE_DAY, instant

# Of a cluster whose servers cost a dollar an hour, GB on an average day with transfer.
TRANSFER_GB = 20
# A cloud's report is never later.
LATEST = 3
PLACES = Decimal("0.000000001")

Lines = list[Line]


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing that is odd from its first to its last day, both included.

    `target` is the name of a cluster, for `scan` of a project, for `credit` and `month_end` of an
    organization. `factor` says how much: of the usual amount; TB of a `scan`; for decoys dollars or
    GB. `size` is that of the cluster which `forgotten_cluster`, `new_cluster` and `tier_change` are
    about.
    """

    kind: str
    target: str
    first_day: date
    last_day: date
    factor: Decimal = Decimal(2)
    size: str = ""

    @property
    def is_decoy(self) -> bool:
        """Whether nobody should be told of it."""
        return self.kind in DECOYS

    def covers(self, day: date) -> bool:
        """Whether it is on that day."""
        return self.first_day <= day <= self.last_day


def parse_oddity(asked: dict[str, Any]) -> Oddity:
    """An oddity as JSON has it; ValueError if its kind is not known or it ends before it begins."""
    if asked["kind"] not in EFFECTS:
        raise ValueError(f"no oddity {asked['kind']!r}: one of {', '.join(EFFECTS)}")
    first = date.fromisoformat(asked["first_day"])
    last = date.fromisoformat(asked.get("last_day", asked["first_day"]))
    if last < first:
        raise ValueError("an oddity ends on its first day or later")
    factor = Decimal(str(asked.get("factor", 2)))
    return Oddity(asked["kind"], asked["target"], first, last, factor, asked.get("size", ""))


@dataclass(frozen=True, slots=True)
class Day:
    """One organization's usage day, to be made odd."""

    seed: int
    org: Organization
    date: date
    lines: Lines

    def holder(self, name: str) -> tuple[Project, Cluster] | None:
        """A cluster that runs on that day, and its project."""
        found = [
            (project, cluster)
            for project, clusters in self.org.living(self.date)
            for cluster in clusters
            if cluster.name == name and not cluster.paused
        ]
        return found[0] if found else None

    def meter(self, oddity: Oddity, project: Project | None, cluster: Cluster | None) -> Meter:
        """What collects the lines that an oddity adds."""
        owner = f"{oddity.kind}:{cluster.id if cluster else oddity.target}"
        return Meter(self.seed, self.date, owner, project, cluster)

    def hourly_dollars(self, cluster: Cluster) -> Decimal:
        """What its servers cost on that day, by the hour."""
        servers = [
            line.cents
            for line in self.lines
            if line.cluster is not None
            and line.cluster.id == cluster.id
            and line.product.sku.startswith(f"ATLAS_{line.provider}_INSTANCE_")
        ]
        return Decimal(sum(servers)) / 24 / HUNDRED


def applied(
    oddities: Sequence[Oddity], seed: int, org: Organization, date: date, lines: Lines
) -> Lines:
    """The lines of an organization's day with everything that is odd about it."""
    for oddity in oddities:
        if oddity.covers(date):
            lines = EFFECTS[oddity.kind](oddity, Day(seed, org, date, lines))
    return lines


def _more_transfer(oddity: Oddity, day: Day) -> Lines:
    """`factor` times what the cluster transfers on an average day with transfer."""
    if not (held := day.holder(oddity.target)):
        return day.lines
    meter = day.meter(oddity, *held)
    usual = TRANSFER_GB * day.hourly_dollars(held[1])
    return day.lines + _internet(oddity, meter, usual * oddity.factor)


def _weekly_transfer(oddity: Oddity, day: Day) -> Lines:
    """A job of `factor` GB on the first day's weekday."""
    held = day.holder(oddity.target)
    if not held or day.date.weekday() != oddity.first_day.weekday():
        return day.lines
    return day.lines + _internet(oddity, day.meter(oddity, *held), oddity.factor)


def _internet(oddity: Oddity, meter: Meter, gigabytes: Decimal) -> Lines:
    if meter.cluster is None or not gigabytes:
        return []
    provider = meter.cluster.provider
    kind, price = catalog.TRANSFER_KINDS[provider][-1]
    about = gigabytes * (Decimal("0.85") + meter.amount(0, 30) / 100)
    product = catalog.transfer(provider, kind)
    meter.add(product, provider, about.quantize(Decimal("1e-6")), Decimal(price))
    return _all_odd(oddity, meter.lines)


def _scan(oddity: Oddity, day: Day) -> Lines:
    """Queries of a project's federated database that read `factor` TB."""
    held = [project for project, _ in day.org.living(day.date) if project.name == oddity.target]
    if not held:
        return day.lines
    meter = day.meter(oddity, held[0], None)
    read = oddity.factor * (Decimal("0.85") + meter.amount(0, 30) / 100)
    meter.add(catalog.DATA_SCANNED, "AWS", read.quantize(Decimal("1e-6")), Decimal("5.00"))
    return day.lines + _all_odd(oddity, meter.lines)


def _more_of(is_meant: Callable[[Product], bool]) -> "Effect":
    """Lines of one kind count `factor` times as much."""

    def effect(oddity: Oddity, day: Day) -> Lines:
        return [
            _multiplied(oddity, line)
            if _is_of(line, oddity.target) and is_meant(line.product)
            else line
            for line in day.lines
        ]

    return effect


def _multiplied(oddity: Oddity, line: Line) -> Line:
    quantity = (line.quantity * oddity.factor).quantize(PLACES)
    cents = to_cents(quantity * line.price)
    return line._replace(
        quantity=quantity,
        cents=cents,
        discount_cents=discount(line.project, cents) if line.discount_cents else 0,
        oddity=oddity,
        extra_cents=line.extra_cents + cents - line.cents,
    )


def _of_cluster(oddity: Oddity, day: Day) -> Lines:
    """All of a cluster that would not be there."""
    return [
        line._replace(oddity=oddity, extra_cents=line.cents)
        if _is_of(line, oddity.target)
        else line
        for line in day.lines
    ]


def _as_is(oddity: Oddity, day: Day) -> Lines:
    """What was planted in the estate bills itself."""
    del oddity
    return day.lines


def _late(oddity: Oddity, day: Day) -> Lines:
    """What a cloud reports of the cluster is as late as it can be."""
    posted = day.date + (1 + LATEST) * ONE_DAY
    reported = (catalog.BACKUP, catalog.TRANSFER)
    return [
        line._replace(posted=posted, created=instant(posted, 4 * 3600))
        if _is_of(line, oddity.target) and line.product.service in reported
        else line
        for line in day.lines
    ]


def _credit(oddity: Oddity, day: Day) -> Lines:
    if day.org.name != oddity.target:
        return day.lines
    meter = day.meter(oddity, None, None)
    meter.add(catalog.CREDIT, "", 1, -oddity.factor, note="Promotional credit applied")
    return day.lines + meter.lines


def _month_end(oddity: Oddity, day: Day) -> Lines:
    """A large minimum charge and a support fee, on each month's last day."""
    if (day.date + ONE_DAY).day != 1 or day.org.name != oddity.target:
        return day.lines
    meter = day.meter(oddity, None, None)
    meter.add(catalog.MINIMUM_CHARGE, "ATLAS", 1, oddity.factor, note="Monthly minimum not reached")
    first = day.date.replace(day=1)
    meter.add(catalog.SUPPORT_PLAN, "ATLAS", 1, oddity.factor, start=first, note="Support plan fee")
    return day.lines + meter.lines


def _all_odd(oddity: Oddity, lines: Lines) -> Lines:
    return [line._replace(oddity=oddity, extra_cents=line.cents) for line in lines]


def _is_of(line: Line, name: str) -> bool:
    return line.cluster is not None and line.cluster.name == name


def _is_backup(product: Product) -> bool:
    return product.service == catalog.BACKUP


def _is_server(product: Product) -> bool:
    return product.service == catalog.CLUSTERS and "_SEARCH_" not in product.sku


Effect = Callable[[Oddity, Day], Lines]
ANOMALIES: dict[str, Effect] = {
    "transfer": _more_transfer,
    "backup": _more_of(_is_backup),
    "servers": _more_of(_is_server),
    "scan": _scan,
    "forgotten_cluster": _of_cluster,
}
DECOYS: dict[str, Effect] = {
    "late": _late,
    "weekly_job": _weekly_transfer,
    "credit": _credit,
    "month_end": _month_end,
    "tier_change": _as_is,
    "new_cluster": _as_is,
    "resumed": _as_is,
}
EFFECTS = ANOMALIES | DECOYS
