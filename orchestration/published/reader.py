"""The published warehouse, opened read-only, in one place and with one error."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

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
        raise NotPublished(f"DuckDB cannot read {warehouse}: {str(error).strip()}") from None
    with db:
        yield db


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
