"""What carries an incident: which SKU and resource, more usage or a higher price, known since when.

The price effect is what the incident's quantity would have cost less at the unit price of the days
it is compared with; the rest is quantity, so the two add up to the cent.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from orchestration.insight.anomalies.finding import Incident, Part

# A resource that makes up so much of a group's incident carries it.
CARRIES = 0.5


@dataclass(frozen=True)
class Detail:
    """Costs of a series by usage day, SKU and the day they were billed."""

    series: int
    day: int
    billed_on: date | None
    sku: str
    cents: int
    quantity: float | None


Details = Mapping[int, list[Detail]]


def by_series(details: Iterable[Detail]) -> Details:
    """The details of each series."""
    found: dict[int, list[Detail]] = defaultdict(list)
    for each in details:
        found[each.series].append(each)
    return found


@dataclass
class _Used:
    """One SKU of one series, in the incident and in the days it is compared with."""

    cents: int = 0
    quantity: float = 0.0
    usual_cents: float = 0.0
    usual_quantity: float = 0.0

    @property
    def price_effect(self) -> float:
        """What its days cost more because a unit did."""
        if not self.quantity or not self.usual_quantity:
            return 0.0
        return self.cents - self.quantity * self.usual_cents / self.usual_quantity


@dataclass(frozen=True)
class Effects:
    """What carries an incident.

    Attributes:
        over_by_series: Cents over by series, largest first.
    """

    sku: str | None
    over_by_series: dict[int, float] = field(default_factory=dict)
    price_cents: int = 0

    def carrier(self) -> int | None:
        """The series that makes up most of it, if one does."""
        total = sum(self.over_by_series.values())
        series, over = next(iter(self.over_by_series.items()), (None, 0.0))
        return series if over >= CARRIES * total else None


def effects(incident: Incident, details: Details) -> Effects:
    """What carries an incident, by its SKUs."""
    over_by_sku: dict[str, float] = defaultdict(float)
    over_by_series: dict[int, float] = defaultdict(float)
    price = 0.0
    for part in incident.parts:
        share = (part.last - part.first + 1) / len(part.spell.reference)
        for (series, sku), used in _used(part, details).items():
            over = used.cents - share * used.usual_cents
            over_by_sku[sku] += over
            over_by_series[series] += over
            price += used.price_effect
    return Effects(
        max(sorted(over_by_sku), key=over_by_sku.__getitem__, default=None),
        dict(sorted(over_by_series.items(), key=lambda item: (-item[1], item[0]))),
        round(price),
    )


def _used(part: Part, details: Details) -> dict[tuple[int, str], _Used]:
    found: dict[tuple[int, str], _Used] = defaultdict(_Used)
    reference = {part.series.begins + int(day) for day in part.spell.reference}
    for each in _of(part, details):
        used = found[each.series, each.sku]
        if part.first <= each.day <= part.last:
            used.cents += each.cents
            used.quantity += each.quantity or 0.0
        elif each.day in reference:
            used.usual_cents += each.cents
            used.usual_quantity += each.quantity or 0.0
    return found


def _of(part: Part, details: Details) -> Iterable[Detail]:
    return (each for number in part.series.members for each in details.get(number, ()))


def detected_on(incident: Incident, details: Details) -> date:
    """The day on which what was billed by then was enough to tell."""
    known: dict[tuple[int, int], float] = defaultdict(float)
    billed = sorted(
        (each.billed_on or date.fromordinal(each.day + 1), number, each.day, each.cents)
        for number, part in enumerate(incident.parts)
        for each in _of(part, details)
        if part.first <= each.day <= part.last
    )
    over = 0.0
    for billed_on, number, day, cents in billed:
        part = incident.parts[number]
        before = known[number, day]
        expected = float(part.spell.expected[day - part.first])
        known[number, day] += cents
        over += max(known[number, day] - expected, 0) - max(before - expected, 0)
        if over >= incident.floor:
            return billed_on
    return billed[-1][0] if billed else date.fromordinal(incident.last + 1)
