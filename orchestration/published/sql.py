"""SQL on the published warehouse, read-only, in the shape a person or a script wants."""

import csv
import sys
from pathlib import Path
from typing import IO, Any

import duckdb
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestration.settings import SettingsError

UNCUT = 100_000
FORMATS = ("table", "csv", "json", "parquet")
_json = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


def run_sql(warehouse: Path, query: str, output_format: str, output: Path | None) -> None:
    """Run one query and write its rows to a file or standard output.

    Raises:
        SettingsError: no warehouse yet, an unknown format, or SQL that DuckDB refuses.
    """
    if output_format not in FORMATS:
        raise SettingsError(f"--format {output_format} is not one of {', '.join(FORMATS)}.")
    if not warehouse.exists():
        raise SettingsError(f"No warehouse at {warehouse} yet: run `atlas-costs refresh` first.")
    if output_format == "parquet" and output is None:
        raise SettingsError("--format parquet needs a file: add -o rows.parquet.")
    with duckdb.connect(str(warehouse.resolve()), read_only=True) as db:
        try:
            _write(db.sql(query), output_format, output)
        except duckdb.Error as error:
            raise SettingsError(f"DuckDB: {str(error).strip()}") from None
        except OSError as error:
            raise SettingsError(f"Cannot write {output}: {error.strerror}.") from None


def _write(rows: duckdb.DuckDBPyRelation | None, output_format: str, output: Path | None) -> None:
    if rows is None:
        return
    if output_format == "parquet":
        rows.write_parquet(str(output))
        return
    if output is None:
        _render(rows, output_format, sys.stdout)
        return
    with output.open("w", newline="") as file:
        _render(rows, output_format, file)


def _render(rows: duckdb.DuckDBPyRelation, output_format: str, file: IO[str]) -> None:
    writers = {"table": _as_table, "csv": _as_csv, "json": _as_json}
    writers[output_format](rows.columns, rows.fetchall(), file)


def _as_table(columns: list[str], rows: list[tuple[Any, ...]], file: IO[str]) -> None:
    table = Table()
    for name in columns:
        table.add_column(Text(name), overflow="fold")
    for row in rows:
        # Text, because a value such as [b] would be read as markup and vanish
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    # a pipe has no width: nothing may be cut that another program reads
    Console(file=file, width=None if file.isatty() else UNCUT).print(table)


def _as_csv(columns: list[str], rows: list[tuple[Any, ...]], file: IO[str]) -> None:
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows(rows)


def _as_json(columns: list[str], rows: list[tuple[Any, ...]], file: IO[str]) -> None:
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    file.write(_json.encode(records).decode() + "\n")
