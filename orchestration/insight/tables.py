"""What a table of insight promises its readers, as a model's contract does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column of a mart.

    Attributes:
        type: As DuckDB spells it.
    """

    name: str
    type: str
    description: str


@dataclass(frozen=True)
class Table:
    """A mart that Python writes.

    Attributes:
        description: It says what one row is.
    """

    name: str
    description: str
    columns: tuple[Column, ...]


Row = tuple[Any, ...]
"""Values in the order of a table's columns."""

Rows = Mapping[Table, Iterable[Row]]
