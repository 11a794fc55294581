"""Closing a month: what it costs each value of each key is frozen, and later only adjusted.

What is frozen is what was published, so that everybody could see it before.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from orchestration.published.reader import REFRESH, opened, require_table
from orchestration.rules.allocation import read_allocation
from orchestration.rules.compiling import fingerprint
from orchestration.settings import Settings
from orchestration.statements.files import (
    Row,
    Statement,
    StatementError,
    closed_months,
    following,
    is_closed,
    read_statements,
    set_aside,
    write_statement,
)
from orchestration.statements.readiness import require_billed, require_complete, require_over

COLUMNS = (
    "usage_month, entry, allocation_key, allocation_value, org_id, project_id, project_name, "
    "resource_id, resource_name, charge_type, pricing_currency, is_shared, cost_cents, reason"
)

# A month that no statement precedes is in no open statement yet, so its usage is summed up here.
_ROWS = f"""
select {COLUMNS} from marts.allocation_statements
where status = 'open' and entry = 'adjustment'
union all
select date_trunc('month', usage_date)::date as usage_month, 'usage' as entry, allocation_key,
    allocation_value, org_id, project_id, max(project_name) as project_name, resource_id,
    max(resource_name) as resource_name, charge_type, pricing_currency,
    bool_or(allocation_method = 'split') as is_shared, sum(cost_cents)::bigint as cost_cents,
    null as reason
from marts.allocated_costs_daily
where usage_date >= $month and usage_date < $end
group by all
having sum(cost_cents) <> 0
order by all
"""  # noqa: S608  made of the constant above


def close(settings: Settings, month: date, *, anyway: bool) -> Statement:
    """Freeze a month, with what must be adjusted of the months closed before.

    Args:
        settings: Where the data lies.
        month: Its first day.
        anyway: Even if its invoice is pending, or costs of a connection may be missing.

    Raises:
        StatementError: it is closed, not over, pending, not complete, or not what was published.
    """
    closed = read_statements(settings.statements_dir)
    _require_next(month, closed)
    with _published(settings) as db:
        rules = _require_current(db, settings, closed)
        require_over(db, month)
        if not anyway:
            require_billed(db, month)
            require_complete(db, month)
        rows = _rows(db, month)
        version = db.execute("select max(warehouse_version) from meta.freshness").fetchone()
    if not any(row["entry"] == "usage" for row in rows):
        raise StatementError(f"There are no costs in {month:%Y-%m}: there is nothing to close.")
    statement = Statement(month, datetime.now(UTC), str((version or ("",))[0]), rules, rows)
    write_statement(settings.statements_dir, statement)
    return statement


def reopen(settings: Settings, month: date) -> Path:
    """Take the last statement back; its file is kept.

    Raises:
        StatementError: it is not closed, or a later one builds on it.
    """
    # by their names alone: a damaged one must not keep those after it from being reopened
    closed = closed_months(settings.statements_dir)
    if closed and month < closed[-1]:
        raise StatementError(
            f"The statement of {closed[-1]:%Y-%m} builds on that of {month:%Y-%m}: reopen it first."
        )
    return set_aside(settings.statements_dir, month, datetime.now(UTC))


@dataclass(frozen=True)
class Total:
    """One key of one statement, without credits.

    Attributes:
        closed_at: UTC; None for the open statement.
        usage: Pricing currency → cents of the statement's own month.
        adjustments: Pricing currency → cents of months closed before.
    """

    month: str
    closed_at: datetime | None
    allocation_key: str
    usage: dict[str, int]
    adjustments: dict[str, int]


def closed_totals(settings: Settings) -> list[Total]:
    """Closed statements, as their files say.

    Raises:
        StatementError: a file is damaged.
    """
    closed = read_statements(settings.statements_dir)
    return [total for each in closed for total in _totals(each.month, each.closed_at, each.rows)]


def open_totals(settings: Settings) -> list[Total]:
    """What the next statement would say now; none before the first is closed.

    Raises:
        StatementError: what is published does not know every closed statement yet.
    """
    closed = read_statements(settings.statements_dir)
    if not closed:
        return []
    with _published(settings) as db:
        _require_known(db, closed)
        return list(_totals(following(closed[-1].month), None, _open_rows(db)))


def _totals(month: date, closed_at: datetime | None, rows: list[Row]) -> Iterator[Total]:
    for key in dict.fromkeys(row["allocation_key"] for row in rows):
        sums: dict[str, Counter[str]] = {"usage": Counter(), "adjustment": Counter()}
        for row in rows:
            if row["allocation_key"] == key and row["charge_type"] != "credit":
                sums[row["entry"]][row["pricing_currency"]] += row["cost_cents"]
        usage, adjustments = dict(sums["usage"]), dict(sums["adjustment"])
        yield Total(f"{month:%Y-%m}", closed_at, key, usage, adjustments)


def _open_rows(db: duckdb.DuckDBPyConnection) -> list[Row]:
    query = f"select {COLUMNS} from marts.allocation_statements where status = 'open' order by all"  # noqa: S608
    return _records(db.execute(query))


@contextmanager
def _published(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with opened(settings.published_warehouse) as db:
        require_table(db, "allocation_statements")
        yield db


def _require_next(month: date, closed: list[Statement]) -> None:
    """Statements follow each other without a gap, so it is clear which one adjusts what."""
    if month in {each.month for each in closed}:
        raise is_closed(month)
    if closed and month != (next_one := following(closed[-1].month)):
        raise StatementError(
            f"The next statement is that of {next_one:%Y-%m}: {month:%Y-%m} cannot be closed now."
        )


def _require_current(
    db: duckdb.DuckDBPyConnection, settings: Settings, closed: list[Statement]
) -> dict[str, str]:
    """Allocation key → hash of its rules; what was published is what the files say now."""
    _require_known(db, closed)
    written = {each.key: fingerprint(each) for each in read_allocation(settings.allocation_file)}
    published = dict(
        db.execute("select allocation_key, rules_sha256 from marts.dim_allocation_keys").fetchall()
    )
    if written != published:
        raise StatementError(
            f"{settings.allocation_file} is not what the published costs were allocated by: "
            f"{REFRESH}."
        )
    if not written:
        raise StatementError(
            f"There is no allocation key: write {settings.allocation_file} (docs/allocation.md)."
        )
    return written


def _require_known(db: duckdb.DuckDBPyConnection, closed: list[Statement]) -> None:
    found = db.execute(
        "select distinct statement_month, closed_at from marts.allocation_statements "
        "where status = 'closed'"
    ).fetchall()
    if set(found) != {(each.month, each.closed_at.replace(tzinfo=None)) for each in closed}:
        raise StatementError(f"Statements were closed or reopened since the refresh: {REFRESH}.")


def _rows(db: duckdb.DuckDBPyConnection, month: date) -> list[Row]:
    return _records(db.execute(_ROWS, {"month": month, "end": following(month)}))


def _records(result: duckdb.DuckDBPyConnection) -> list[Row]:
    names = [column[0] for column in result.description]
    return [
        {name: str(value) if isinstance(value, date) else value for name, value in pairs}
        for row in result.fetchall()
        for pairs in [list(zip(names, row, strict=True))]
    ]
