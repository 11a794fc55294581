"""Findings as they are published, and saying what becomes of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from orchestration.audit import user
from orchestration.published.reader import REFRESH, opened, require_table
from orchestration.savings.states import Finding, Saying, read_sayings, say
from orchestration.settings import Settings

# Atlas had no bills before.
FIRST_DAY = date(2016, 1, 1)
_FINDINGS = """
select finding_id, rule, part, resource_id, resource_name, resource_type, project_id, org_id,
    connection, monthly_saving_cents, pricing_currency, summary, confidence, is_in_total, state,
    state_reason, state_until, action, undo
from marts.savings
order by monthly_saving_cents desc nulls last, finding_id
"""


class SavingsError(Exception):
    """A finding cannot be spoken of; the message says why."""


@dataclass(frozen=True)
class Shown:
    """A finding as a list shows it."""

    finding: Finding
    summary: str
    confidence: str
    is_in_total: bool
    state: str
    reason: str | None
    until: date | None
    action: str | None
    undo: str | None


def findings(warehouse: Path) -> list[Shown]:
    """All that the published warehouse holds, the largest first.

    Raises:
        NotPublished: nothing is published yet, or by a release without savings.
    """
    with opened(warehouse) as db:
        require_table(db, "savings")
        return list(_read(db))


def _read(db: duckdb.DuckDBPyConnection) -> Iterator[Shown]:
    for row in db.execute(_FINDINGS).fetchall():
        yield Shown(Finding(*row[:11]), *row[11:])


def call(
    settings: Settings,
    finding_id: str,
    state: str,
    *,
    reason: str | None = None,
    until: date | None = None,
    done_on: date | None = None,
) -> Saying:
    """Say what a finding is from now on; pages and SQL know it after the next refresh.

    Raises:
        SavingsError: there is no such finding.
        NotPublished: nothing is published yet.
    """
    now = datetime.now(UTC)
    if done_on and not FIRST_DAY <= done_on <= now.date():
        raise SavingsError(
            f"--on {done_on}: a finding is done on a day between {FIRST_DAY} and today."
        )
    if reason and not reason.isprintable():
        raise SavingsError("--reason takes one line of readable text.")
    before = _done_before(settings, finding_id)
    saying = Saying(
        finding=_finding(settings, finding_id),
        state=state,
        said_at=now,
        said_by=user(),
        reason=reason,
        until=until,
        done_on=(done_on or before or now.date()) if state == "done" else None,
    )
    say(settings.savings_file, saying)
    return saying


def _finding(settings: Settings, finding_id: str) -> Finding:
    """The one that is published, or that something was said of before."""
    published = [each.finding for each in findings(settings.published_warehouse)]
    spoken_of = [each.finding for each in reversed(read_sayings(settings.savings_file))]
    for each in published + spoken_of:
        if each.finding_id == finding_id:
            return each
    raise SavingsError(
        f"There is no finding {finding_id}: `atlas-costs saving list` names those there are. If it "
        f"is a new one, {REFRESH}."
    )


def _done_before(settings: Settings, finding_id: str) -> date | None:
    """The day that was said already, where done is the last word."""
    said = [
        each
        for each in read_sayings(settings.savings_file)
        if each.finding.finding_id == finding_id
    ]
    return said[-1].done_on if said and said[-1].state == "done" else None
