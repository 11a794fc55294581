"""From series to incidents: each once, at the resource that carries it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from orchestration.insight.anomalies.baseline import Cents
from orchestration.insight.anomalies.events import (
    CREATED,
    Event,
    Events,
    by_resource,
    event_days,
    explaining,
)
from orchestration.insight.anomalies.limits import Limits
from orchestration.insight.anomalies.scanning import Spell, scan
from orchestration.insight.anomalies.series import (
    Bill,
    Daily,
    Key,
    Owner,
    Series,
    groups,
    whole_series,
)

# Days between the first days of what belongs together.
TOGETHER = 2
# A group's spell is told by its resources if theirs make up so much of it.
TOLD = 0.5
# So small beside a step that an event explains, it comes with it: a larger cluster transfers more.
SMALL = 0.1
# A resource's usual costs, for comparison with a new one's.
USUAL_DAYS = 28


@dataclass(frozen=True)
class Part:
    """A spell of one series, with what its days cost."""

    series: Series
    spell: Spell

    @property
    def first(self) -> int:
        """Its first day, an ordinal."""
        return self.series.begins + self.spell.first

    @property
    def last(self) -> int:
        """Its last day, an ordinal."""
        return self.series.begins + self.spell.last

    @property
    def begins(self) -> int:
        """The first of the days it is compared with, an ordinal."""
        return self.series.begins + int(self.spell.reference[0])

    @property
    def actual(self) -> float:
        """What its days cost, in cents."""
        return float(self.series.cents[self.spell.first : self.spell.last + 1].sum())

    @property
    def over(self) -> float:
        """What they cost more than expected, in cents."""
        return self.actual - float(self.spell.expected.sum())


@dataclass
class Incident:
    """What is told once: the spells of one resource that began together, the largest first.

    Attributes:
        event: What explains it.
        is_large: Whether it is to be told although an event explains it.
    """

    parts: list[Part] = field(default_factory=list)
    event: Event | None = None
    is_large: bool = False

    @property
    def key(self) -> Key:
        """Whose costs carry it."""
        return self.parts[0].series.key

    @property
    def first(self) -> int:
        """Its first day, an ordinal."""
        return self.parts[0].first

    @property
    def last(self) -> int:
        """Its last day, an ordinal."""
        return self.parts[0].last

    @property
    def over(self) -> float:
        """What it costs, in cents."""
        return sum(part.over for part in self.parts)

    @property
    def floor(self) -> float:
        """What it must cost to be one."""
        lead = self.parts[0]
        return float(lead.series.floors[lead.spell.first])

    @property
    def members(self) -> tuple[int, ...]:
        """The numbers of the series it is seen in."""
        return tuple(chain.from_iterable(part.series.members for part in self.parts))


def find(
    keys: Mapping[int, Key],
    daily: Daily,
    events: Iterable[Event],
    through: date,
    limits: Limits | None = None,
) -> list[Incident]:
    """The incidents of all series, oldest first.

    Args:
        keys: Whose costs each series holds: project, resource, service and category, in one
            currency.
        daily: What it costs by usage day; only usage.
        events: What happened to resources.
        through: The newest day that has costs.
        limits: What is odd.
    """
    limits = limits or Limits()
    series, known = whole_series(keys, daily, through, limits), by_resource(events)
    usual = _UsualCosts(series)
    parts = [part for each in series.values() for part in _parts(each, known, series, limits)]
    alone = [each for each in _joined(parts) if each.over >= each.floor]
    for each in alone:
        _explain(each, known, usual, limits)
    told: dict[int, list[Part]] = defaultdict(list)
    for part in chain.from_iterable(each.parts for each in alone):
        told[part.series.members[0]].append(part)
    together = [
        Incident([part])
        for group in groups(series)
        for part in _parts(group, known, series, limits)
        if not part.spell.is_at_event and not _is_told(part, told)
    ]
    told_together = [each for each in together if each.over >= each.floor]
    return sorted([*alone, *told_together], key=lambda each: (each.first, str(each.key)))


def _parts(
    series: Series, events: Events, all_series: Mapping[int, Series], limits: Limits
) -> Iterator[Part]:
    resources = {all_series[each].key.resource_id for each in series.members}
    own = chain.from_iterable(events.get(each or "", ()) for each in resources)
    reasons = [event for event in own if event.explains(series.key.service)]
    explained = event_days(reasons, series.begins, len(series.cents), limits)
    for spell in scan(series.cents, series.floors, explained, limits):
        yield Part(series, spell)


def _is_told(group: Part, told: Mapping[int, list[Part]]) -> bool:
    """Whether what its resources tell makes up most of a group's spell."""
    inside = [
        part.over
        for number in group.series.members
        for part in told.get(number, ())
        if part.first <= group.last and part.last >= group.first
    ]
    return sum(inside) >= TOLD * group.over


def _joined(parts: list[Part]) -> Iterator[Incident]:
    """What began together at one resource is one incident."""
    by_owner: dict[Owner, list[Part]] = defaultdict(list)
    for part in parts:
        by_owner[part.series.key.resource].append(part)
    for own in by_owner.values():
        begun: list[Incident] = []
        for part in sorted(own, key=lambda each: (each.first, -each.over)):
            current = begun[-1] if begun else None
            if current and _belongs(part, current):
                current.parts.append(part)
            else:
                begun.append(Incident([part]))
        for incident in begun:
            incident.parts.sort(key=lambda part: -part.over)
            yield incident


def _belongs(part: Part, incident: Incident) -> bool:
    begun = min(each.first for each in incident.parts)
    if part.first <= begun + TOGETHER:
        return True
    lead = max(incident.parts, key=lambda each: each.over)
    is_small = part.series.key != lead.series.key and part.over <= SMALL * lead.over
    return lead.spell.is_at_event and is_small and part.first <= lead.last


class _UsualCosts:
    """What each organization's resources usually cost a day."""

    def __init__(self, series: Mapping[int, Series]) -> None:
        self._begins = {each.key.bill: each.begins for each in series.values()}
        self._totals: dict[Bill, dict[Owner, Cents]] = defaultdict(dict)
        for each in series.values():
            totals = self._totals[each.key.bill]
            totals[each.key.resource] = totals.get(each.key.resource, 0) + each.cents

    def dearest(self, incident: Incident) -> float:
        """The most that another resource of the organization cost before, in cents a day."""
        own, end = incident.key, incident.first - self._begins[incident.key.bill]
        before = slice(max(end - USUAL_DAYS, 0), end)
        others = [
            float(cents[before].sum())
            for resource, cents in self._totals[own.bill].items()
            if resource != own.resource
        ]
        return max(others, default=0.0) / max(before.stop - before.start, 1)


def _explain(incident: Incident, events: Events, usual: _UsualCosts, limits: Limits) -> None:
    """Name the event that explains an incident, and see whether it is too large for that."""
    lead = incident.parts[0]
    if not lead.spell.is_at_event:
        return
    own = [
        event
        for event in events.get(incident.key.resource_id or "", [])
        if event.explains(incident.key.service)
    ]
    incident.event = explaining(own, incident.first, limits)
    if incident.event and incident.event.event == CREATED:
        days = incident.last - incident.first + 1
        dearest = usual.dearest(incident)
        incident.is_large = incident.over / days > limits.large_creation * dearest > 0
