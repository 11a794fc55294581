"""A table as a value: what its columns are, so that each kind of file can write them exactly."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reporting.query import Query, Row

BATCH = 10_000


class Kind(StrEnum):
    """What a column holds.

    Money is whole cents in the rows; a file has them beside the decimal amount, and a column of
    its own says the currency. Shares are ratios; days, months and moments are UTC.
    """

    MONEY = "money"
    QUANTITY = "quantity"
    NUMBER = "number"
    SHARE = "share"
    DAY = "day"
    MONTH = "month"
    MOMENT = "moment"
    FLAG = "flag"
    TEXT = "text"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: Its heading in CSV and Parquet.
        title: Its heading in Excel.
        kind: What it holds.
        key: Its name in a row, where that is another.
        places: How many decimal places a quantity can have.
        currency: The name in a row of the currency of an amount of money.
    """

    name: str
    title: str
    kind: Kind = Kind.TEXT
    key: str = ""
    places: int = 6
    currency: str = "unit"

    def of(self, row: Row) -> Any:  # noqa: ANN401  what DuckDB has
        """Its value in a row."""
        return row[self.key or self.name]


@dataclass(frozen=True)
class Table:
    """Rows with the description of their columns; rows may come one by one."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]


@dataclass(frozen=True)
class Extract:
    """A table that is not read yet; without columns they are taken from the result."""

    title: str
    query: Query
    columns: tuple[Column, ...] = ()

    def of(self, result: Any) -> Table:  # noqa: ANN401  a cursor of DuckDB
        """The table of the query's result; its rows come in batches."""
        names = [column[0] for column in result.description]
        types = [str(column[1]) for column in result.description]
        fetched = iter(lambda: result.fetchmany(BATCH), [])
        rows = (dict(zip(names, values, strict=True)) for batch in fetched for values in batch)
        return Table(self.title, self.columns or described(names, types), rows)


@dataclass(frozen=True)
class About:
    """What a file is: facts with their headings, and the SQL of each of its tables."""

    facts: tuple[tuple[str, str], ...] = ()
    sql: tuple[tuple[str, Query], ...] = ()


_TYPES = {
    "DATE": Kind.DAY, "BOOLEAN": Kind.FLAG, "DOUBLE": Kind.NUMBER, "FLOAT": Kind.NUMBER,
    "HUGEINT": Kind.QUANTITY, "UHUGEINT": Kind.QUANTITY, "UBIGINT": Kind.QUANTITY,
}  # fmt: skip
_WHOLE = re.compile("U?(BIG|SMALL|TINY)?INT(EGER)?")
_DECIMAL = re.compile(r"DECIMAL\(\d+,\s?(\d+)\)")
_CENTS = "_cents"


def described(names: Sequence[str], types: Sequence[str]) -> tuple[Column, ...]:
    """The columns of a result of DuckDB: `cost_cents` is money, in `pricing_currency`."""
    return tuple(_column(name, kind) for name, kind in zip(names, types, strict=True))


def _column(name: str, written: str) -> Column:
    title = name.replace("_", " ").capitalize()
    if found := _DECIMAL.fullmatch(written):
        return Column(name, title, Kind.QUANTITY, places=int(found[1]))
    if written.startswith("TIMESTAMP"):
        return Column(name, title, Kind.MOMENT)
    if kind := _TYPES.get(written):
        return Column(name, title, kind, places=0)
    if not _WHOLE.fullmatch(written):
        return Column(name, title)
    if name.endswith(_CENTS):
        short = name.removesuffix(_CENTS)
        title = title.removesuffix(" cents")
        return Column(short, title, Kind.MONEY, key=name, currency="pricing_currency")
    return Column(name, title, Kind.NUMBER)


def text_of(value: Any) -> str:  # noqa: ANN401  what DuckDB has
    """A value of a column of text; maps and lists, such as tags, as JSON."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
