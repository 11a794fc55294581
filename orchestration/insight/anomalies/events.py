"""Events of resources, and which steps of their costs they explain."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from orchestration.insight.anomalies.baseline import Mask
from orchestration.insight.anomalies.limits import Limits

CREATED = "created"
# What makes nothing dearer explains nothing.
NO_REASON = ("deleted", "paused")
# A pause of fewer days is a weekend, which is how the resource is used.
REST_DAYS = 7
# What is new settles in: its backups and transfer come days after its servers.
NEW = {CREATED: 14, "resumed": 14}
# A tier or a number of nodes is what servers cost, and what is charged by them; no more data.
SERVERS = ("Clusters", "Storage", "Premium Features", "BI Connector")
OF_SERVERS = ("tier changed", "nodes changed")
# What is made dedicated in place may have backups and transfer for the first time.
SHARED = ("FLEX", "SERVERLESS", "M0", "M2", "M5")
WORDS = {
    CREATED: "was created{after}",
    "resumed": "was resumed",
    "tier changed": "changed its tier{change}",
    "nodes changed": "changed its number of nodes{change}",
    "region changed": "changed its region{change}",
}


@dataclass(frozen=True)
class Event:
    """What happened to a resource: a row of resource_events."""

    resource_id: str
    resource_name: str | None
    event: str
    on: date
    before: str | None
    after: str | None

    def explains(self, service: str | None) -> bool:
        """Whether costs of a service may step up with it."""
        only_servers = self.event in OF_SERVERS and self.before not in SHARED
        return not only_servers or service in SERVERS

    def told(self) -> str:
        """As a sentence says it."""
        after = f" as {self.after}" if self.after else ""
        change = f" from {self.before} to {self.after}" if self.before and self.after else ""
        words = WORDS.get(self.event, self.event).format(after=after, change=change)
        return f"{self.resource_name or self.resource_id} {words} on {_day(self.on)}"


Events = Mapping[str, list[Event]]


def by_resource(events: Iterable[Event]) -> Events:
    """The events that make something dearer, oldest first."""
    found: dict[str, list[Event]] = defaultdict(list)
    paused: dict[str, date] = {}
    for each in sorted(events, key=lambda event: (event.on, event.event)):
        if each.event == "paused":
            paused[each.resource_id] = each.on
        slept = (each.on - paused.get(each.resource_id, date.min)).days
        is_rest = each.event == "resumed" and slept < REST_DAYS
        if each.event not in NO_REASON and not is_rest:
            found[each.resource_id].append(each)
    return found


def explaining(events: Iterable[Event], day: int, limits: Limits) -> Event | None:
    """The event nearest to a day that explains a step on it."""
    near = [each for each in events if day in _explained(each, limits)]
    return min(near, key=lambda each: abs(each.on.toordinal() - day), default=None)


def event_days(events: Iterable[Event], begins: int, length: int, limits: Limits) -> Mask:
    """On which days of a series a step is explained."""
    found = np.zeros(length, dtype=bool)
    for each in events:
        days = _explained(each, limits)
        found[max(days.start - begins, 0) : max(days.stop - begins, 0)] = True
    return found


def _explained(event: Event, limits: Limits) -> range:
    """An inventory tells of a change up to two days after its costs, and a bill at once."""
    on = event.on.toordinal()
    return range(on - limits.event_days, on + NEW.get(event.event, 1) + 1)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
