"""What was said of findings, a line each: data/feedback/savings.jsonl, which is only added to.

Neither a rebuild nor the loss of build/ touches it. A line that a crash cut off is nobody's word:
it is left out, and the next one begins on a line of its own.
"""

import json
import logging
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from orchestration import feedback

STATES = ("open", "planned", "dismissed", "done")
log = logging.getLogger("atlas_costs")


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
