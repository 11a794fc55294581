"""Periods that no digest was about, because no refresh came in time: the next digest names them."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

import duckdb

from orchestration.telling.events import Block
from orchestration.telling.facts import rows
from reporting import formats, queries
from reporting.ranges import ONE_DAY, DataDays, Window, add_months
from reporting.report import report_of
from reporting.state import ReportState

MOST = 7
_DAYS = {"daily": 1, "weekly": 7}
_CALLED = {"daily": "days", "weekly": "weeks", "monthly": "months"}


def key(every: str, start: date) -> str:
    """The key of a digest: the same for every refresh that could make it."""
    return f"digest:{every}:{start}"


def missed(every: str, start: date, known: Collection[str]) -> list[Window]:
    """The periods between the last digest and this one, oldest first; none before the first digest.

    Args:
        every: daily, weekly or monthly.
        start: The first day of this one's period.
        known: The keys of those that were made before.
    """
    beginning = key(every, start).removesuffix(str(start))
    told = [date.fromisoformat(each.removeprefix(beginning))
            for each in known if each.startswith(beginning)]  # fmt: skip
    found: list[Window] = []
    begin = _next(every, max(told)) if told else start
    while begin < start:
        found.append(Window(begin, _next(every, begin)))
        begin = found[-1].end
    return found


def _next(every: str, start: date) -> date:
    return add_months(start, 1) if every == "monthly" else start + timedelta(_DAYS[every])


def block(
    db: duckdb.DuckDBPyConnection, days: DataDays, every: str, left_out: list[Window]
) -> Block:
    """What each of these periods cost; of many, the oldest in one sum.

    Args:
        db: The published warehouse, or as much of it as a workspace may see; read-only.
        days: How far the costs reach.
        every: daily, weekly or monthly.
        left_out: At least one, oldest first, without a gap.
    """
    early, late = left_out[:-MOST], left_out[-MOST:]
    shown = [Window(early[0].start, early[-1].end), *late] if early else late
    lines = [line for each in shown for line in _amounts(db, days, each)]
    note = "No digest was sent for them: there was no refresh in time."
    return Block(f"Earlier {_CALLED[every]}", tuple(lines), note)


def _amounts(
    db: duckdb.DuckDBPyConnection, days: DataDays, window: Window
) -> Iterator[tuple[str, ...]]:
    state = ReportState(start=window.start, last=window.end - ONE_DAY, bin="day", group=())
    totals = rows(db, queries.comparison(report_of(state, days)))
    name = formats.span(window.start, window.end)
    for row in totals:
        yield name, "", formats.money(row["amount"], row["unit"])
    if not totals:
        yield name, "", "no costs"
