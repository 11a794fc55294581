"""What the published warehouse says that is worth telling: rows in, events out.

Each kind is one query, which sees what its connection may see, and one function that words a row.
Age limits hold for whoever begins today: a year of old anomalies is no news.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

import duckdb

from orchestration.rules.alerts import When
from orchestration.telling.events import Event
from orchestration.telling.facts import bill, costs
from reporting.query import Query, Row

FACTS = (*costs.FACTS, *bill.FACTS)


def events(
    db: duckdb.DuckDBPyConnection, kinds: Iterable[str], when: When, now: datetime
) -> list[Event]:
    """The facts of these kinds that a connection sees.

    Args:
        db: The published warehouse, or as much of it as a workspace may see; read-only.
        kinds: Of orchestration.rules.alerts.KINDS.
        when: What is worth telling.
        now: UTC.
    """
    asked = set(kinds)
    there = _tables(db)
    return [
        fact.event(row)
        for fact in FACTS
        if fact.kind in asked and there.issuperset(fact.tables)
        for row in rows(db, fact.query(now, when))
    ]


def rows(db: duckdb.DuckDBPyConnection, query: Query) -> list[Row]:
    """A query's rows by column."""
    found = db.execute(query.sql, query.bound())
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _tables(db: duckdb.DuckDBPyConnection) -> set[str]:
    """A version that an earlier release published lacks some."""
    sql = (
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema in ('marts', 'meta')"
    )
    return {name for (name,) in db.execute(sql).fetchall()}


def last_success(db: duckdb.DuckDBPyConnection) -> datetime | None:
    """When Atlas was last read, UTC."""
    [row] = rows(db, Query("select max(last_success_at) as last from meta.freshness"))
    return row["last"].replace(tzinfo=UTC) if row["last"] else None
