"""Findings as they are published, and saying what becomes of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.audit import user
from orchestration.published.reader import REFRESH, opened, require_table
from orchestration.savings.states import Finding, SavingsError, Saying, judge, read_sayings
from orchestration.settings import Settings
from orchestration.workspaces.warehouse import warehouse_of

_FINDINGS = """
select finding_id, rule, part, resource_id, resource_name, resource_type, project_id, org_id,
    connection, monthly_saving_cents, pricing_currency, summary, confidence, is_in_total, state,
    state_reason, state_until, action, undo
from marts.savings
order by monthly_saving_cents desc nulls last, finding_id
"""


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
        SavingsError: there is no such finding, or it cannot be done on that day.
        FeedbackError: the reason is not one line of readable text.
        NotPublished: nothing is published yet.
    """
    found = _finding(settings, finding_id)
    return judge(
        settings.savings_file, found, state, user(), reason=reason, until=until, done_on=done_on
    )


def _finding(settings: Settings, finding_id: str) -> Finding:
    """The one that is published, or that something was said of before."""
    published = [each.finding for each in findings(warehouse_of(settings))]
    spoken_of = [each.finding for each in reversed(read_sayings(settings.savings_file))]
    for each in published + spoken_of:
        if each.finding_id == finding_id:
            return each
    raise SavingsError(
        f"There is no finding {finding_id}: `atlas-costs saving list` names those there are. If it "
        f"is a new one, {REFRESH}."
    )
