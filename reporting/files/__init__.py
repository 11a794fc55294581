"""Tables as files: CSV, Excel and Parquet from one description of their columns.

Pure: rows go in, bytes come out. What a spreadsheet would run as a formula is text in each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO

from reporting.files.excel import TooManyRowsError, write_excel
from reporting.files.parquet import write_parquet
from reporting.files.plain import write_csv
from reporting.files.table import About, Column, Extract, Kind, Table, described

__all__ = [
    "FORMATS",
    "About",
    "Column",
    "Extract",
    "Format",
    "Kind",
    "Table",
    "TooManyRowsError",
    "described",
]


@dataclass(frozen=True)
class Format:
    """One kind of file: its name, the end of its files' names, and what writes it.

    `write` takes the tables, what the file is, and where to write; only Excel holds more tables
    than one, the others take the first.
    """

    name: str
    suffix: str
    mime: str
    write: Callable[[Sequence[Table], About, IO[bytes]], None]


FORMATS = {
    each.suffix: each
    for each in (
        Format("CSV", "csv", "text/csv", write_csv),
        Format(
            "Excel",
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_excel,
        ),
        Format("Parquet", "parquet", "application/vnd.apache.parquet", write_parquet),
    )
}
