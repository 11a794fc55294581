"""SQL on the published warehouse, read-only, in the shape a person or a script wants."""

import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import repeat
from pathlib import Path
from typing import IO, Any

import duckdb
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.published.reader import opened
from orchestration.published.whole_file import whole_file
from orchestration.settings import SettingsError

UNCUT, BATCH = 100_000, 10_000
_NUMBERS = (int, float, Decimal)
FORMATS = ("table", "csv", "json", "parquet")
_json = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def run_sql(warehouse: Path, query: str, output_format: str, output: Path | None) -> None:
    """Run one query and write its rows to standard output, or to a file, completely or not at all.

    Raises:
        NotPublished: there is no warehouse yet.
        SettingsError: an unknown format, SQL that DuckDB refuses, or no place to write.
    """
    if output_format not in FORMATS:
        raise SettingsError(f"--format {output_format} is not one of {', '.join(FORMATS)}.")
    if output_format == "parquet" and output is None:
        raise SettingsError("--format parquet needs a file: add -o rows.parquet.")
    if not query.strip():
        raise SettingsError("There is no SQL to run: write it in quotes, after `atlas-costs sql`.")
    with opened(warehouse) as db:
        # so that `show tables` lists what there is, and names need no schema
        db.execute("set search_path = 'marts,meta'")
        try:
            _write(db, query, output_format, output)
        except duckdb.Error as error:
            raise SettingsError(f"DuckDB: {_sentence(error)}{_hint(db, query)}") from None
        except BrokenPipeError:
            raise  # whoever read along has seen enough
        except OSError as error:
            raise SettingsError(f"Cannot write {output}: {error.strerror}.") from None


def _sentence(error: duckdb.Error) -> str:
    """DuckDB's own words, without its guess at one of its internal tables."""
    return re.sub(r"\nDid you mean \"pg_\w+\"\?\n?", "", str(error)).strip()


def _hint(db: duckdb.DuckDBPyConnection, query: str) -> str:
    """How to write the columns a query names whose names SQL keeps for itself, such as `at`."""
    names = db.execute(
        "select distinct column_name from duckdb_columns() "
        "inner join duckdb_keywords() on keyword_name = lower(column_name) "
        "where schema_name in ('marts', 'meta') "
        "and keyword_category in ('reserved', 'type_function')"
    ).fetchall()
    words = {word.lower() for word in re.findall(r'(?<!["\w])\w+(?!["\w])', query)}
    found = sorted(name for (name,) in names if name.lower() in words)
    return "".join(
        f'\nThe column {name} is a reserved word: write it as "{name}".' for name in found
    )


def _write(
    db: duckdb.DuckDBPyConnection, query: str, output_format: str, output: Path | None
) -> None:
    rows = db.sql(query)
    if rows is None:
        return
    if output_format == "parquet" and output:
        with _whole(output) as place:
            rows.write_parquet(str(place))
        return
    # a relation hands over all rows at once; a page gives this command for what it cannot hold
    found = db.execute(query) if output_format == "csv" else rows
    if output is None:
        _render(rows.columns, found, output_format, sys.stdout)
        return
    with _whole(output) as place, place.open("w", newline="") as file:
        _render(rows.columns, found, output_format, file)


@contextmanager
def _whole(output: Path) -> Iterator[Path]:
    """Where to write; a pipe, or a link such as /dev/stdout, is not replaced by a file."""
    if output.is_symlink() or (output.exists() and not output.is_file()):
        yield output
        return
    with whole_file(output) as beside:
        yield beside


def _render(
    columns: list[str],
    found: duckdb.DuckDBPyRelation | duckdb.DuckDBPyConnection,
    output_format: str,
    file: IO[str],
) -> None:
    if isinstance(found, duckdb.DuckDBPyConnection):
        _as_csv(columns, iter(lambda: found.fetchmany(BATCH), []), file)
        return
    writers = {"table": _as_table, "json": _as_json}
    writers[output_format](columns, found.fetchall(), file)


def _as_table(columns: list[str], rows: list[tuple[Any, ...]], file: IO[str]) -> None:
    table = Table()
    for name, values in zip(columns, zip(*rows, strict=True) if rows else repeat(()), strict=False):
        is_number = any(isinstance(value, _NUMBERS) for value in values)
        table.add_column(Text(name), overflow="fold", justify="right" if is_number else "left")
    for row in rows:
        # Text, because a value such as [b] would be read as markup and vanish
        table.add_row(*(Text(_plain(value)) for value in row))
    # a pipe has no width: nothing may be cut that another program reads
    Console(file=file, width=None if file.isatty() else UNCUT).print(table)


def _as_csv(columns: list[str], batches: Iterable[list[tuple[Any, ...]]], file: IO[str]) -> None:
    writer = csv.writer(file)
    writer.writerow(columns)
    for rows in batches:
        writer.writerows(
            [None if value is None else _plain(value) for value in row] for row in rows
        )


def _plain(value: Any) -> str:  # noqa: ANN401  whatever DuckDB returns
    """A value as text; maps and lists, such as tags, as JSON."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "" if value is None else str(value)


def _as_json(columns: list[str], rows: list[tuple[Any, ...]], file: IO[str]) -> None:
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    file.write(_json.encode(records).decode() + "\n")
