"""The operator's rules into raw: as many rows as they are, bound and never written into SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

Tables = Mapping[str, Sequence[Mapping[str, Any]]]


def apply(db: duckdb.DuckDBPyConnection, tables: Tables) -> None:
    """Make each table hold exactly these rows."""
    for table, rows in tables.items():
        db.execute(f"delete from {table}")  # noqa: S608  our own names
        for row in rows:
            names, marks = ", ".join(row), ", ".join("?" for _ in row)
            db.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))  # noqa: S608
