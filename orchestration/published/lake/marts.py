"""A mart as Parquet files of this machine, and the fingerprint of each of its partitions.

DuckDB evaluates a mart once, into one file; partitions are told apart, and those that changed cut
out, in that file. Evaluating a view again for each of them would cost minutes. Writing all
partitions at once, which DuckDB can do, took 10 GB of memory for 1.5 million invoice lines.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import duckdb

from orchestration.published.lake.manifest import Column

# A mart with one of these days and a connection is partitioned by connection and usage month.
DAYS = ("usage_date", "ChargePeriodStart")
# Parquet has no integer as wide as DuckDB's sums, which would become DOUBLE and lose cents; few
# readers know its type of JSON.
WRITTEN_AS = MappingProxyType({"HUGEINT": "BIGINT", "JSON": "VARCHAR"})
NONE = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Partition:
    """The rows of a connection and usage month, or a whole mart.

    Attributes:
        folder: Relative to the lake's root, such as `dim_skus`, or
            `fct_line_items/by_connection=default/by_month=2026-05`.
        days: The first and the last one; None where rows have none.
        fingerprint: Equal for equal columns and rows, whatever the order of the rows.
        cents: The sum of each column of money in whole cents.
    """

    folder: str
    connection: str | None
    usage_month: str | None
    days: tuple[date | datetime | None, date | datetime | None]
    rows: int
    fingerprint: str
    cents: dict[str, int]


def marts(db: duckdb.DuckDBPyConnection) -> list[str]:
    """Every table and view of the marts."""
    found = db.execute(
        "select table_name from information_schema.tables "
        "where table_schema = 'marts' order by table_name"
    )
    return [name for (name,) in found.fetchall()]


class Staged:
    """A mart in one Parquet file of a folder."""

    def __init__(self, db: duckdb.DuckDBPyConnection, mart: str, folder: Path) -> None:
        self.columns = _columns(db, mart)
        self._db, self._mart, self._folder = db, mart, folder
        self._file = folder / "all.parquet"
        columns = ", ".join(
            f"{_quoted(each.name)}::{each.type} as {_quoted(each.name)}" for each in self.columns
        )
        self._save(self._file, f"select {columns} from marts.{_quoted(mart)}", [])  # noqa: S608

    @property
    def cents(self) -> list[str]:
        """The columns of money in whole cents: sums of parts of cents would have to be cut."""
        return [
            column.name
            for column in self.columns
            if column.name.endswith("_cents") and "INT" in column.type
        ]

    @property
    def day(self) -> str | None:
        """The column whose month partitions the mart, if anything does."""
        names = {column.name for column in self.columns}
        return next((day for day in DAYS if {day, "connection"} <= names), None)

    def partitions(self) -> Iterator[Partition]:
        """In the order of their folders; one without rows if the mart has none."""
        by = "null, null, null, null"
        if self.day:
            day = _quoted(self.day)
            by = f"connection, strftime({day}, '%Y-%m') as by_month, min({day}), max({day})"
        columns = ", ".join(_quoted(each.name) for each in self.columns)
        sums = "".join(f", coalesce(sum({_quoted(name)}), 0)" for name in self.cents)
        rows = self._db.execute(
            f"select {by}, count(*), coalesce(sum(hash({columns})::hugeint), 0){sums} "  # noqa: S608
            f"from read_parquet($1) {'group by connection, by_month' if self.day else ''}",
            [str(self._file)],
        ).fetchall()
        nothing = (None, None, None, None, 0, 0, *(0 for _ in self.cents))
        return iter(sorted((self._partition(*row) for row in rows or [nothing]), key=_folder))

    def _partition(
        self,
        connection: str | None,
        month: str | None,
        first: date | None,
        last: date | None,
        *numbers: int,
    ) -> Partition:
        rows, hashes, *sums = map(int, numbers)
        of_rows = [[(each.name, each.type) for each in self.columns], rows, hashes, sums]
        return Partition(
            folder=f"{self._mart}{_hive(connection, month)}" if self.day and rows else self._mart,
            connection=connection,
            usage_month=month,
            days=(first, last),
            rows=rows,
            fingerprint=hashlib.sha256(json.dumps(of_rows).encode()).hexdigest()[:24],
            cents=dict(zip(self.cents, sums, strict=True)),
        )

    def cut(self, partition: Partition) -> Path:
        """The file of one partition."""
        if partition.folder == self._mart:
            return self._file
        file = self._folder / f"{quote(partition.folder, safe='')}.parquet"
        day = _quoted(self.day or "")
        rows = (
            "select * from read_parquet($1) where connection is not distinct from $2 "  # noqa: S608
            f"and ({day} between $3 and $4 or ($3 is null and {day} is null))"
        )
        self._save(file, rows, [str(self._file), partition.connection, *partition.days])
        return file

    def _save(self, file: Path, rows: str, values: list[Any]) -> None:
        self._db.sql(rows, params=values).write_parquet(str(file), compression="zstd")


def _columns(db: duckdb.DuckDBPyConnection, mart: str) -> list[Column]:
    found = db.execute(f"describe marts.{_quoted(mart)}").fetchall()
    return [Column(name, WRITTEN_AS.get(kind, kind)) for name, kind, *_ in found]


def _folder(partition: Partition) -> str:
    return partition.folder


def _hive(connection: str | None, month: str | None) -> str:
    of = {"by_connection": connection, "by_month": month}
    return "".join(
        f"/{name}={NONE if value is None else quote(value, safe='')}" for name, value in of.items()
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
