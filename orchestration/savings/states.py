"""What was said of findings, a line each: data/feedback/savings.jsonl, which is only added to.

Neither a rebuild nor the loss of build/ touches it. A line that a crash cut off is nobody's word:
it is left out, and the next one begins on a line of its own.
"""

import json
import logging
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

from orchestration import feedback

STATES = ("open", "planned", "dismissed", "done")
# Atlas had no bills before.
FIRST_DAY = date(2016, 1, 1)
log = logging.getLogger("atlas_costs")


class SavingsError(Exception):
    """A finding cannot be spoken of; the message says why."""


@dataclass(frozen=True)
class Finding:
    """What of a finding outlives it: once it is carried out, its rule finds it no more."""

    finding_id: str
    rule: str
    part: str
    resource_id: str
    resource_name: str | None
    resource_type: str | None
    project_id: str | None
    org_id: str | None
    connection: str
    monthly_saving_cents: int | None
    pricing_currency: str | None


@dataclass(frozen=True)
class Saying:
    """That somebody called a finding something.

    Attributes:
        state: One of STATES.
        reason: Why, in their words.
        until: The first day on which it no longer holds; None for good.
        done_on: The day on which it was carried out, where it is done.
        said_at: UTC.
    """

    finding: Finding
    state: str
    said_at: datetime
    said_by: str
    reason: str | None = None
    until: date | None = None
    done_on: date | None = None

    @classmethod
    def of(cls, said: dict[str, Any]) -> Self:
        """As a line has it.

        Raises:
            ValueError, KeyError, TypeError: the line is none of ours.
        """
        if said["state"] not in STATES:
            raise ValueError(f"no state {said['state']!r}")
        return cls(
            finding=Finding(**said["finding"]),
            state=said["state"],
            said_at=datetime.fromisoformat(said["said_at"]),
            said_by=str(said["said_by"]),
            reason=said["reason"],
            until=_day(said["until"]),
            done_on=_day(said["done_on"]),
        )

    @property
    def line(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), default=lambda each: each.isoformat(), ensure_ascii=False)

    @property
    def row(self) -> dict[str, Any]:
        """The same as raw has it."""
        said = asdict(self)
        return {**said.pop("finding"), **said}


def judge(
    file: Path,
    finding: Finding,
    state: str,
    by: str,
    *,
    reason: str | None = None,
    until: date | None = None,
    done_on: date | None = None,
) -> Saying:
    """Say what a finding is from now on; pages and SQL know it after the next refresh.

    Raises:
        SavingsError: it cannot be done on that day.
        FeedbackError: the reason is not one line of readable text.
    """
    now = datetime.now(UTC)
    if done_on and not FIRST_DAY <= done_on <= now.date():
        raise SavingsError(
            f"A finding is done on a day between {FIRST_DAY} and today, not on {done_on}."
        )
    reason = feedback.readable(reason) if reason else None
    on = (done_on or _done_before(file, finding) or now.date()) if state == "done" else None
    saying = Saying(finding, state, now, by, reason=reason, until=until, done_on=on)
    say(file, saying)
    return saying


def _done_before(file: Path, finding: Finding) -> date | None:
    """The day that was said already, where done is the last word."""
    said = [each for each in read_sayings(file) if each.finding.finding_id == finding.finding_id]
    return said[-1].done_on if said and said[-1].state == "done" else None


def say(file: Path, saying: Saying) -> None:
    """Add what was said, so that a crash loses either nothing or this alone."""
    feedback.append(file.parent, file.stem, json.loads(saying.line))


def read_sayings(file: Path) -> list[Saying]:
    """What was said, in that order; lines that say nothing are left out and named in the log."""
    if not file.exists():
        return []
    found = []
    for number, line in enumerate(file.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(Saying.of(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            log.warning("%s, line %d cannot be read (%s): left out", file, number, error)
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
