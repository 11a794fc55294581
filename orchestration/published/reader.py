"""The published warehouse, opened read-only, in one place and with one error."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

# DuckDB's words for a lock that keeps readers out.
HOLDER = re.compile(r"Conflicting lock is held in (.+) \(PID (\d+)\)")
REFRESH = "run `atlas-costs refresh` first"


class NotPublished(Exception):
    """There is no published warehouse that can answer; the message says why and what to do."""


@contextmanager
def opened(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The newest published version, read-only, for as long as the block lasts.

    Args:
        warehouse: The pointer that each publish moves on.

    Raises:
        NotPublished: nothing is published, or DuckDB cannot open the file.
    """
    if not warehouse.exists():
        raise NotPublished(f"No warehouse at {warehouse} yet: {REFRESH}.")
    try:
        db = duckdb.connect(str(warehouse.resolve()), read_only=True)
    except duckdb.Error as error:
        raise NotPublished(_reason(warehouse, str(error).strip())) from None
    with db:
        yield db


def _reason(warehouse: Path, said: str) -> str:
    """Why the file cannot be opened; a program that opened it to write is named."""
    if holder := HOLDER.search(said):
        program, process = Path(holder[1]).name, holder[2]
        return (
            f"{warehouse} is open for writing in {program} (process {process}): close it there, "
            "or open it read-only."
        )
    return f"DuckDB cannot read {warehouse}: {said}"


def require_table(db: duckdb.DuckDBPyConnection, name: str) -> None:
    """Refuse a warehouse that an earlier release published.

    Raises:
        NotPublished: the marts have no such table or view.
    """
    found = db.execute(
        "select 1 from information_schema.tables "
        "where table_schema = 'marts' and table_name = $name",
        {"name": name},
    ).fetchone()
    if not found:
        raise NotPublished(f"The published warehouse does not have marts.{name} yet: {REFRESH}.")
