"""Tables as an Excel workbook: numbers as numbers, text as text, and a sheet that says what it is.

XlsxWriter keeps one row in memory at a time; a cell is never a formula or a link, whatever its
text begins with.
"""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import IO, Any

import xlsxwriter

from reporting.files.table import About, Column, Kind, Table, text_of
from reporting.money import major, unit
from reporting.query import Row

MOST_ROWS = 1_048_575
MOST_TEXT = 32_767
WIDEST = 60
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NOTATION = {
    Kind.QUANTITY: "#,##0.00####", Kind.NUMBER: "General", Kind.SHARE: "0.0%",
    Kind.DAY: "yyyy-mm-dd", Kind.MONTH: "mmm yyyy", Kind.MOMENT: "yyyy-mm-dd hh:mm:ss",
}  # fmt: skip
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    "strings_to_numbers": False, "remove_timezone": True,
}  # fmt: skip
# XlsxWriter has no types
Book = Any
Sheet = Any


class TooManyRowsError(ValueError):
    """More rows than a sheet of Excel has; CSV and Parquet take any number."""


def write_excel(tables: Sequence[Table], about: About, out: IO[bytes]) -> None:
    """Writes a sheet for each table, and one that says what the file is.

    Raises:
        TooManyRowsError: a table has more rows than a sheet.
    """
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        styles = _Styles(book)
        names = _sheet_names([*(each.title for each in tables), "About"])
        for table, name in zip(tables, names, strict=False):
            _write_table(book.add_worksheet(name), table, styles)
        _write_about(book.add_worksheet(names[-1]), about, styles)


class _Styles:
    """A workbook's formats, each made once."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._known: dict[str, Any] = {}
        self.heading = book.add_format({"bold": True, "bottom": 1})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})

    def of(self, notation: str) -> Any:  # noqa: ANN401
        """The format of a number."""
        if notation not in self._known:
            self._known[notation] = self._book.add_format({"num_format": notation})
        return self._known[notation]


def _sheet_names(titles: Sequence[str]) -> list[str]:
    """Titles as Excel takes them: 31 characters, none of some, each once in any case."""
    found: list[str] = []
    for title in titles:
        name = _NOT_IN_A_NAME.sub(" ", _clean(title)).strip("' ") or "Sheet"
        name = "History of" if name.lower() == "history" else name
        taken = {each.lower() for each in found}
        endings = ("", *(f" {number}" for number in range(2, len(titles) + 2)))
        names = (f"{_cut(name, 31 - len(end))}{end}" for end in endings)
        found.append(next(each for each in names if each.lower() not in taken))
    return found


def _cut(text: str, most: int) -> str:
    """The beginning of a text; Excel counts UTF-16, in which an emoji is two."""
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * most]
    return units.decode("utf-16-le", "ignore").strip("' ")


def _write_table(sheet: Sheet, table: Table, styles: _Styles) -> None:
    for number, column in enumerate(table.columns):
        sheet.write_string(0, number, _clean(column.title), styles.heading)
    widths = [len(column.title) + 4 for column in table.columns]
    last = 0
    for last, row in enumerate(_counted(table), 1):
        for number, column in enumerate(table.columns):
            length = _write_cell(sheet, (last, number), column, row, styles)
            widths[number] = max(widths[number], length)
    for number, width in enumerate(widths):
        sheet.set_column(number, number, min(width + 2, WIDEST))
    sheet.freeze_panes(1, 0)
    if table.columns:
        sheet.autofilter(0, 0, last, len(table.columns) - 1)


def _counted(table: Table) -> Iterator[Row]:
    rows = iter(table.rows)
    yield from islice(rows, MOST_ROWS)
    if next(rows, None) is not None:
        raise TooManyRowsError(
            f"{table.title} has more than {MOST_ROWS:,} rows, which is all that a sheet of Excel "
            "holds: take CSV or Parquet, or ask for less."
        )


def _write_cell(
    sheet: Sheet, place: tuple[int, int], column: Column, row: Row, styles: _Styles
) -> int:
    """Writes one cell; how many characters wide it is."""
    value = column.of(row)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return 0
    if column.kind is Kind.TEXT:
        text = _clean(text_of(value))
        sheet.write_string(*place, text)
        return len(text)
    if column.kind is Kind.FLAG:
        sheet.write_boolean(*place, value)
        return 5
    notation, number = _NOTATION.get(column.kind, ""), value
    if column.kind is Kind.MONEY:
        notation, number = money_notation(row[column.currency]), major(value)
    sheet_write: Callable[..., Any] = (
        sheet.write_datetime
        if column.kind in (Kind.DAY, Kind.MONTH, Kind.MOMENT)
        else sheet.write_number
    )
    sheet_write(*place, number, styles.of(notation))
    return len(f"{number:,.2f}") if isinstance(number, int | float | Decimal) else 12


def money_notation(currency: str | None) -> str:
    """How Excel writes an amount: `$` is of dollars alone, anything else is named after it."""
    if currency == "USD":
        return "$#,##0.00;-$#,##0.00"
    words = unit(currency).replace('"', "")
    return f'#,##0.00 "{words}"'


def _write_about(sheet: Sheet, about: About, styles: _Styles) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 120)
    lines = [(heading, text) for heading, text in about.facts if text]
    for name, query in about.sql:
        # line by line: one cell holds no long query
        head, *rest = query.runnable().splitlines() or [""]
        lines += [(f"SQL, {name}", head), *(("", line) for line in rest)]
    for number, (heading, text) in enumerate(lines):
        sheet.write_string(number, 0, _clean(heading), styles.heading if heading else None)
        sheet.write_string(number, 1, _clean(text), None if not heading else styles.wrapped)


def _clean(text: str) -> str:
    """Text that XML and Excel take: no half of a character, no longer than a cell holds."""
    if text.isascii() and len(text) <= MOST_TEXT:
        return text
    whole = text.encode(errors="replace").decode()
    return whole if len(whole) < MOST_TEXT // 2 else _cut(whole, MOST_TEXT)
