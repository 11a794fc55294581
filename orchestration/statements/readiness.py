"""Whether a month can be closed: over, billed, and read from every connection."""

from datetime import date, timedelta

import duckdb

from orchestration.statements.files import StatementError, following
from orchestration.status import OF_INVOICES

Db = duckdb.DuckDBPyConnection

# A connection without costs at a month's end is complete once its invoice is closed; one that was
# never billed has nothing to wait for.
_CONNECTIONS = """
select connection, status, missing_parts, data_through,
    greatest(data_through, (
        select max(end_date)::date - 1 from marts.fct_invoices as invoices
        where invoices.connection = freshness.connection and invoices.status <> 'PENDING'
    )) as complete_through
from meta.freshness as freshness
order by connection
"""


def require_over(db: Db, month: date) -> None:
    """By the data's clock: what Atlas has not posted yet cannot be closed.

    Raises:
        StatementError: no connection has costs through the month's last day.
    """
    [(through,)] = db.execute("select max(data_through) from meta.freshness").fetchall()
    if through is None or through < _last_day(month):
        raise StatementError(f"{month:%Y-%m} is not over: there are costs through {through}.")


def require_complete(db: Db, month: date) -> None:
    """Costs of a connection that were not read are not in what would be frozen.

    Raises:
        StatementError: naming each connection whose costs may be missing.
    """
    lacking = [
        f"{connection} {what}"
        for connection, *said in db.execute(_CONNECTIONS).fetchall()
        if (what := _lack(*said, last_day=_last_day(month)))
    ]
    if lacking:
        raise StatementError(
            f"Costs of {month:%Y-%m} may be missing: {'; '.join(lacking)}. Mend it and refresh, or "
            "add --anyway and have the rest as adjustments."
        )


def _lack(
    status: str, missing: list[str], through: date | None, complete: date | None, *, last_day: date
) -> str | None:
    if status not in {"connected", "degraded"}:
        return f"has the status {status} and costs through {through}"
    if complete is not None and complete < last_day:
        return f"has costs through {through}, and no closed invoice of that month"
    invoices = [each.removeprefix(OF_INVOICES) for each in missing if each.startswith(OF_INVOICES)]
    return "lacks " + ", ".join(invoices) if invoices else None


def require_billed(db: Db, month: date) -> None:
    """A pending invoice still grows.

    Raises:
        StatementError: naming it.
    """
    pending = db.execute(
        "select invoice_id from marts.fct_invoices where status = 'PENDING' "
        "and start_date < $end and end_date > $month order by 1",
        {"month": month, "end": following(month)},
    ).fetchall()
    if pending:
        names = ", ".join(str(each) for (each,) in pending)
        raise StatementError(
            f"The invoice of {month:%Y-%m} is pending ({names}), so its costs may still grow: wait "
            "for Atlas to close it, or add --anyway and have the rest as adjustments."
        )


def _last_day(month: date) -> date:
    return following(month) - timedelta(days=1)
