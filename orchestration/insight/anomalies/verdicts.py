"""What people said of anomalies, and what follows for others.

What was called expected is expected again when it comes on the same weekday or the same day of the
month and costs no more than half as much again; so a weekly job is told once, and again only when
it grows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from orchestration.insight.anomalies.limits import Limits
from orchestration.insight.anomalies.series import Key
from orchestration.insight.anomalies.tables import ANOMALY_FEEDBACK
from orchestration.insight.tables import Row

EXPECTED, REAL, IGNORE = "expected", "real", "ignore"
STATUS = {EXPECTED: "expected", REAL: "open", IGNORE: "ignored"}
ALIKE, ANY = "alike", "any"
SCOPE = ("project_id", "resource_id", "service", "category", "pricing_currency")


@dataclass(frozen=True)
class Verdict:
    """What somebody said of one anomaly: it names what it was of, should that ever be gone.

    Attributes:
        pattern: Whether it holds for what is alike, or for any anomaly of the scope.
        until: The last usage day it holds for.
        at: UTC, as DuckDB takes it: without a zone.
    """

    anomaly_id: str
    verdict: str
    reason: str
    by: str
    at: datetime
    usage_date: date
    last_day: date
    over_cents: int
    project_id: str | None
    resource_id: str | None
    service: str | None
    category: str | None
    pricing_currency: str
    pattern: str = ALIKE
    until: date | None = None

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Verdict":
        """A verdict as a line of the feedback file has it."""
        days = {name: date.fromisoformat(said[name]) for name in ("usage_date", "last_day")}
        until = date.fromisoformat(said["until"]) if said.get("until") else None
        at = datetime.fromisoformat(said["at"]).astimezone(UTC).replace(tzinfo=None)
        return cls(**{**said, **days, "until": until, "at": at})

    def holds(self, found: "Found", limits: Limits) -> bool:
        """Whether it says something of an anomaly."""
        if found.anomaly_id == self.anomaly_id:
            return not self._is_over(found)
        if found.scope != tuple(getattr(self, name) for name in SCOPE):
            return False
        if found.first <= self.last_day and found.last >= self.usage_date:
            # late costs moved its first day
            return not self._is_over(found)
        if found.first < self.usage_date or self._is_over(found):
            return False
        return self._holds_later(found, limits)

    def _holds_later(self, found: "Found", limits: Limits) -> bool:
        if self.verdict == IGNORE:
            return self.until is not None
        if self.verdict == EXPECTED and found.over_cents > limits.learned * self.over_cents:
            return False
        return self.pattern == ANY or recurs(self.usage_date, found.first)

    def _is_over(self, found: "Found") -> bool:
        return self.until is not None and found.first > self.until


def said_of(
    anomaly: Mapping[str, Any],
    verdict: str,
    reason: str,
    by: str,
    at: datetime,
    *,
    until: date | None = None,
    pattern: str = ALIKE,
) -> dict[str, str | int | None]:
    """A line of feedback on a row of `anomalies`, which `Verdict.of` reads again.

    It repeats what the anomaly was of, so that it still means something when that is gone.
    """
    whole = {name: anomaly[name] for name in ("anomaly_id", "over_cents", *SCOPE)}
    days = {name: anomaly[name].isoformat() for name in ("usage_date", "last_day")}
    return {
        **whole,
        **days,
        "verdict": verdict,
        "reason": reason,
        "by": by,
        "at": at.isoformat(timespec="seconds"),
        "until": until.isoformat() if until else None,
        "pattern": pattern,
    }


@dataclass(frozen=True)
class Found:
    """What a verdict is held against."""

    anomaly_id: str
    scope: tuple[str | None, ...]
    first: date
    last: date
    over_cents: int


def scope_of(key: Key) -> tuple[str | None, ...]:
    """What verdicts of a series are about."""
    return tuple(getattr(key, name) for name in SCOPE)


def latest(verdicts: Iterable[Verdict], found: Found, limits: Limits) -> Verdict | None:
    """The last thing that was said of an anomaly, or of what is like it; in the file's order."""
    said = sorted(verdicts, key=lambda each: each.at)
    return next((each for each in reversed(said) if each.holds(found, limits)), None)


def recurs(before: date, later: date) -> bool:
    """Whether a day is the same weekday as another, or the same day of the month, give or take."""
    if (later - before).days % 7 == 0:
        return True
    near = abs(later.day - before.day) <= 1
    return near or (_ends_month(before) and _ends_month(later))


def _ends_month(day: date) -> bool:
    return (day + timedelta(1)).day == 1


def feedback_rows(verdicts: Iterable[Verdict]) -> list[Row]:
    """The table of what was said, oldest first."""
    names = [column.name for column in ANOMALY_FEEDBACK.columns]
    said = sorted(verdicts, key=lambda each: (each.at, each.anomaly_id))
    return [tuple(getattr(each, name) for name in names) for each in said]
