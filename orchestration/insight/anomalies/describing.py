"""From incidents to rows: amounts, status, and all of it in words."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from orchestration.insight.anomalies.described import Described
from orchestration.insight.anomalies.effects import (
    Detail,
    Details,
    by_series,
    detected_on,
    effects,
)
from orchestration.insight.anomalies.finding import Incident
from orchestration.insight.anomalies.limits import Limits
from orchestration.insight.anomalies.series import Key
from orchestration.insight.anomalies.verdicts import Found, Verdict, latest, scope_of
from orchestration.insight.anomalies.wording import sentence
from orchestration.insight.tables import Row

# Costs of the newest days are still arriving.
ARRIVING_DAYS = 2
# So often something must have happened before it is known to recur.
TIMES = 2
WEEKS, MONTHS = (7, 14), (1, 2)


def describe(
    incidents: Iterable[Incident],
    details: Iterable[Detail],
    keys: Mapping[int, Key],
    verdicts: Sequence[Verdict],
    *,
    through: date,
    limits: Limits | None = None,
) -> list[Row]:
    """The rows of `anomalies`, oldest first.

    Args:
        incidents: What `find` found.
        details: Costs of their series, for their days and the window before them.
        keys: Whose costs each series holds.
        verdicts: What people said of anomalies.
        through: The newest day that has costs.
        limits: What is odd.
    """
    limits = limits or Limits()
    known = by_series(details)
    described = [_described(each, known, keys) for each in incidents]
    told = []
    for each in _recurring(described, limits):
        verdict = latest(verdicts, each.found, limits)
        told.append(_row(replace(each, verdict=verdict), through))
    return told


def _described(incident: Incident, details: Details, keys: Mapping[int, Key]) -> Described:
    carried = effects(incident, details)
    key = incident.key
    if key.resource_id is None and (carrier := carried.carrier()) is not None:
        key = keys[carrier]
    actual = round(sum(part.actual for part in incident.parts))
    over = actual - round(sum(float(part.spell.expected.sum()) for part in incident.parts))
    first, last = date.fromordinal(incident.first), date.fromordinal(incident.last)
    found = Found(_anomaly_id(key, first), scope_of(key), first, last, over)
    return Described(incident, key, carried, found, actual, detected_on(incident, details))


def _anomaly_id(key: Key, first: date) -> str:
    """Twelve digits of what it is of and its first day: the same in every build."""
    text = "\n".join(str(each) for each in (key.org_id, *scope_of(key), first))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _recurring(described: Iterable[Described], limits: Limits) -> Iterable[Described]:
    """Each with the days on which the same happened before, where that makes it a habit."""
    by_scope: dict[tuple[str | None, ...], list[Found]] = defaultdict(list)
    for each in described:
        earlier = [
            other
            for other in by_scope[each.found.scope]
            if each.found.over_cents <= limits.learned * other.over_cents
        ]
        by_scope[each.found.scope].append(each.found)
        yield replace(each, before=_habit(each.found.first, [other.first for other in earlier]))


def _habit(first: date, earlier: Sequence[date]) -> tuple[date, ...]:
    """The days before of something weekly or monthly: nothing where it is neither."""
    weekly = [day for day in earlier if (first - day).days in WEEKS]
    monthly = [day for day in earlier if _months(day, first) in MONTHS and _same_day(day, first)]
    return next((tuple(days) for days in (weekly, monthly) if len(days) >= TIMES), ())


def _months(before: date, later: date) -> int:
    return (later.year - before.year) * 12 + later.month - before.month


def _same_day(before: date, later: date) -> bool:
    """Of the month: also where that makes it the same weekday."""
    return abs(before.day - later.day) <= 1 or (
        (before + timedelta(1)).day == 1 and (later + timedelta(1)).day == 1
    )


def _row(told: Described, through: date) -> Row:
    key, found, incident = told.key, told.found, told.incident
    price = told.effects.price_cents
    is_group = key.resource_id is None
    scope = [key.project_name or key.org_id, key.resource_name, key.service]
    return (
        found.anomaly_id,
        told.detected_on,
        found.first,
        found.last,
        (through - found.last).days <= ARRIVING_DAYS,
        " / ".join(each for each in scope if each),
        "group" if is_group else "resource",
        key.org_id,
        key.project_id,
        key.project_name,
        key.resource_id,
        key.resource_name,
        key.resource_type,
        key.service,
        key.category,
        told.effects.sku,
        key.pricing_currency,
        told.actual_cents,
        told.actual_cents - found.over_cents,
        found.over_cents,
        found.over_cents - price,
        price,
        told.status,
        incident.event.told() if incident.event else None,
        sentence(told),
        told.verdict.verdict if told.verdict else None,
        told.verdict.reason if told.verdict else None,
    )
