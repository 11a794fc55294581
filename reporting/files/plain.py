"""Tables as CSV: exact cents and the decimal amount side by side, formulas made inert."""

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import IO

from reporting.files.table import About, Column, Kind, Table, text_of
from reporting.formats import csv_text
from reporting.money import major
from reporting.query import Row


def write_csv(tables: Sequence[Table], about: About, out: IO[bytes]) -> None:  # noqa: ARG001
    """Writes the first table as UTF-8, row by row."""
    [table, *_] = tables
    text = io.TextIOWrapper(out, encoding="utf-8", errors="replace", newline="")
    # its own line ends, or a carriage return in a name would not be quoted
    writer = csv.writer(text)
    writer.writerow([csv_text(name) for each in table.columns for name in _names(each)])
    for row in table.rows:
        writer.writerow([value for each in table.columns for value in _values(each, row)])
    # the caller's file stays open
    text.detach()


def _names(column: Column) -> tuple[str, ...]:
    is_money = column.kind is Kind.MONEY
    return (f"{column.name}_cents", column.name) if is_money else (column.name,)


def _values(column: Column, row: Row) -> Iterator[object]:
    value = column.of(row)
    if column.kind is Kind.MONEY:
        yield value
        yield None if value is None else major(value)
    elif value is None:
        yield None
    elif column.kind is Kind.TEXT:
        yield csv_text(text_of(value))
    elif column.kind is Kind.MOMENT:
        yield f"{value.replace(tzinfo=None, microsecond=0).isoformat()}Z"
    else:
        # 0E-18 is a number that not every program reads
        yield f"{value:f}" if isinstance(value, Decimal) else value
