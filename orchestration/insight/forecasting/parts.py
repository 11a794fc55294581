"""The smallest parts of a bill that are forecast, and what was known of them on a day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np

from orchestration.insight.forecasting.calendars import Calendar, Floats

LATEST = {"usage": 7}
LATEST_FIXED = 62
"""Days after which a day counts as billed in full: usage, and what is charged for a whole month."""


class Key(NamedTuple):
    """What tells one part from another.

    Attributes:
        resource: A cluster's name within its project, else an id: what is deleted and made again
            under its old name goes on as one series.
    """

    connection: str
    org_id: str
    project_id: str
    resource: str
    service: str
    charge_type: str
    pricing_currency: str


class CostDay(NamedTuple):
    """What one part cost on one usage day, of what was billed on one day."""

    key: Key
    org_name: str
    project_name: str
    resource_id: str
    resource_name: str
    usage_date: date
    billed_date: date
    cost_cents: int


class Event(NamedTuple):
    """A change of a resource; `key` is (project_id, resource)."""

    key: tuple[str, str]
    event: str
    day: date


@dataclass
class Part:
    """One part's costs.

    Attributes:
        by_lag: Cents of each day of the calendar (rows) by how many days after it they were
            billed; the last column is all that came later still.
        steps: Positions of days on which something happened to the resource, and what.
    """

    key: Key
    org_name: str
    project_name: str
    resource_id: str
    resource_name: str
    by_lag: Floats
    steps: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.known_by_age = np.cumsum(self.by_lag, axis=1)
        self.final = self.known_by_age[:, -1].copy()
        costly = np.flatnonzero(self.final)
        self.first = int(costly[0]) if len(costly) else len(self.final)
        self.last = int(costly[-1]) if len(costly) else -1

    def known(self, origin: int, delay: int) -> Floats:
        """Each day's cents up to `origin` as they had been billed `delay` days after it."""
        found: Floats = self.final[: origin + 1].copy()
        latest = self.by_lag.shape[1] - 1
        for age in range(min(latest, origin + 1)):
            found[origin - age] = self.known_by_age[origin - age, min(age + delay, latest)]
        return found


def parts_of(rows: Iterable[CostDay], events: Iterable[Event], calendar: Calendar) -> list[Part]:
    """The parts, in the order of their keys; names and ids are those of the newest day."""
    by_key: dict[Key, list[CostDay]] = defaultdict(list)
    for row in rows:
        by_key[row.key].append(row)
    steps: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for event in events:
        steps[event.key].append((calendar.position(event.day), event.event))
    return [_part(key, by_key[key], calendar, steps) for key in sorted(by_key)]


def _part(
    key: Key,
    rows: Sequence[CostDay],
    calendar: Calendar,
    steps: dict[tuple[str, str], list[tuple[int, str]]],
) -> Part:
    latest = LATEST.get(key.charge_type, LATEST_FIXED)
    by_lag = np.zeros((len(calendar.months), latest + 1))
    for row in rows:
        lag = min(max((row.billed_date - row.usage_date).days, 0), latest)
        by_lag[calendar.position(row.usage_date), lag] += row.cost_cents
    newest = max(rows, key=lambda row: (row.usage_date, row.resource_id))
    return Part(
        key=key,
        org_name=newest.org_name,
        project_name=newest.project_name,
        resource_id=newest.resource_id,
        resource_name=newest.resource_name,
        by_lag=by_lag,
        steps=sorted(steps.get((key.project_id, key.resource), [])),
    )
