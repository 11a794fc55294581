"""build/insight.duckdb: tables that Python makes of the marts, until publishing puts them beside.

A file of its own, because what dbt built and tested is told by its file not having been written to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd

from orchestration import files
from orchestration.insight.tables import Row, Rows, Table


@dataclass(frozen=True)
class Outcome:
    """How a part of insight ended.

    Attributes:
        errors: A sentence for each thing that is left out.
        is_failed: Whether that is all of it: its tables are empty.
    """

    part: str
    seconds: float
    errors: tuple[str, ...] = ()
    is_failed: bool = False


def write_insight(target: Path, tables: Rows, outcomes: Sequence[Outcome]) -> None:
    """Write all tables, and how each part ended, as one new file in the place of the old one."""
    with files.beside(target) as temporary:
        with duckdb.connect() as db:
            db.execute("attach $file as written", {"file": str(temporary)})
            db.execute("use written")
            db.execute("create schema marts")
            db.execute("create schema meta")
            failed = [_failure(db, table, rows) for table, rows in tables.items()]
            _write_outcomes(db, [*outcomes, *(each for each in failed if each)])
            db.execute("use memory")
            db.execute("detach written")
        files.keep(temporary, target)


def _failure(db: duckdb.DuckDBPyConnection, table: Table, rows: Iterable[Row]) -> Outcome | None:
    """Write a table; one whose values do not fit stays empty, and does not stop the others."""
    try:
        _write(db, table, rows)
    except duckdb.Error as error:
        return Outcome(table.name, 0.0, (str(error).splitlines()[0],))
    return None


def _write(db: duckdb.DuckDBPyConnection, table: Table, rows: Iterable[Row]) -> None:
    columns = ", ".join(f'"{each.name}" {each.type}' for each in table.columns)
    db.execute(f'create table marts."{table.name}" ({columns})')
    _comment(db, f'table marts."{table.name}"', table.description)
    for each in table.columns:
        _comment(db, f'column marts."{table.name}"."{each.name}"', each.description)
    # as text, because DuckDB guesses the type of values from the first thousand of them
    texts = [[_text(each) for each in row] for row in rows]
    if not texts:
        return
    names = [each.name for each in table.columns]
    db.register("found", pd.DataFrame(texts, columns=names, dtype=object))
    casts = ", ".join(f'cast("{each.name}" as {each.type})' for each in table.columns)
    db.execute(f'insert into marts."{table.name}" select {casts} from found')  # noqa: S608
    db.unregister("found")


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else str(value)


def _comment(db: duckdb.DuckDBPyConnection, on: str, text: str) -> None:
    """DuckDB binds no value here; the text is ours."""
    db.execute(f"comment on {on} is '{text.replace(chr(39), chr(39) * 2)}'")


def _write_outcomes(db: duckdb.DuckDBPyConnection, outcomes: Sequence[Outcome]) -> None:
    db.execute("create table meta.insight (part varchar, seconds double, error varchar)")
    for each in outcomes:
        for error in each.errors or (None,):
            db.execute(
                "insert into meta.insight values (?, ?, ?)", [each.part, each.seconds, error]
            )


def copy_insight(source: Path, db: duckdb.DuckDBPyConnection) -> None:
    """Put a file's tables into the database that is open for writing, with their comments."""
    db.execute("attach $file as insight (read_only)", {"file": str(source)})
    tables = db.execute(
        "select schema_name, table_name, comment from duckdb_tables() "
        "where database_name = 'insight' order by schema_name, table_name"
    ).fetchall()
    for schema, name, comment in tables:
        place = f'{schema}."{name}"'
        db.execute(f"create schema if not exists {schema}")
        db.execute(f"create or replace table {place} as from insight.{place}")
        if comment:
            _comment(db, f"table {place}", comment)
    for schema, name, column, comment in db.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'insight' and comment is not null"
    ).fetchall():
        _comment(db, f'column {schema}."{name}"."{column}"', comment)
    db.execute("detach insight")
