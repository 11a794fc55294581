"""Tables from rows: what is drawn is rounded for the eye, what is saved is exact.

A browser would write numbers by itself, and in notations and signs that are not the page's: here
a table has the text that the page would have, beside the number that it sorts by.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from reporting import formats, numerals, widths
from reporting.money import major

_ROW_PX, _TALLEST_PX = 35, 700
# A row of three lines. Streamlit breaks what is too long for its column from 64 px on.
THREE_LINES_PX = 66
# Cells that take 0.13 s to write; a browser writes those of longer tables, in the same locale.
MOST_WRITTEN = 6_000
# Measured in a browser: 7.3 px for a capital, 6.2 for another letter; bold ones are wider.
_LETTERS_PX, _CELL_PX, _WIDEST_PX = (7.5, 6.6), 20, 360
_BOLD = {"font-weight": "650"}


@dataclass(frozen=True)
class Numbers:
    """A table column of numbers: how the page writes them, and how a browser would."""

    title: str | None
    write: Callable[[Any], str]
    browser: str
    places: int | None = None
    width: int | None = None
    absent: str | None = None

    def text(self, value: Any) -> str:  # noqa: ANN401  a line of totals has "" beneath some
        """A cell."""
        return self.write(value) if isinstance(value, int | float) else str(value)

    def column(self, *, is_written: bool) -> Any:  # noqa: ANN401  Streamlit's own
        """Streamlit's column; a format of its own would hide what is written."""
        if is_written:
            return st.column_config.NumberColumn(self.title, width=self.width)
        step = None if self.places is None else 10**-self.places
        return st.column_config.NumberColumn(
            self.title, width=self.width, format=self.browser, step=step
        )


def amount_column(
    title: str, unit: str, measure: str = "cost", *, width: int | None = None
) -> Numbers:
    """Amounts: written as money, sorted as numbers."""
    if measure == "usage":
        return Numbers(title, lambda value: formats.number(value, 2), "localized", 2, width)
    browser = "dollar" if unit == "USD" else "localized"
    return Numbers(title, lambda value: formats.money(_cents(value), unit), browser, 2, width)


def share_column(title: str | None = None) -> Numbers:
    """Parts of a whole: 0.5 is 50.0%."""
    return Numbers(title, formats.share, "percent")


def signed_share_column(title: str | None = None) -> Numbers:
    """Changes: 0.5 is +50.0%."""
    return Numbers(title, formats.signed_share, "percent")


def change_column(title: str | None = None) -> Numbers:
    """Relative changes, of which one from nothing has no percentage."""
    return Numbers(title, formats.change, "percent", absent=formats.change(None))


def number_column(title: str | None = None, *, width: int | None = None) -> Numbers:
    """Numbers without places, in groups of digits."""
    return Numbers(title, lambda value: formats.number(value, 0), "localized", 0, width)


def quantity_column(title: str | None = None) -> Numbers:
    """Metered quantities and prices of one: rounded, they would not multiply to their amount."""
    return Numbers(title, numerals.exact, "localized")


def table(
    frame: pd.DataFrame,
    *,
    column_config: Mapping[str, Any] | None = None,
    placeholder: str = formats.ABSENT,
    bold: bool = False,
    **drawn: Any,  # noqa: ANN401  st.dataframe's own
) -> Any:  # noqa: ANN401
    """Draws a frame as st.dataframe does, with its numbers as the page writes them.

    Args:
        frame: What is shown; numbers are numbers.
        column_config: How columns are drawn: Numbers, or Streamlit's own.
        placeholder: What stands for nothing.
        bold: Whether it is of totals.
        drawn: Further arguments of st.dataframe.

    Returns:
        What st.dataframe returns: the selection where on_select is given.
    """
    columns = dict(column_config or {})
    numbers = {name: each for name, each in columns.items() if isinstance(each, Numbers)}
    is_written = frame.size <= MOST_WRITTEN
    columns |= {name: each.column(is_written=is_written) for name, each in numbers.items()}
    shown = _written(frame, numbers, placeholder, bold=bold) if is_written else frame
    return st.dataframe(
        shown, column_config=columns, placeholder=placeholder, hide_index=True, **drawn
    )


def _written(
    frame: pd.DataFrame, numbers: Mapping[str, Numbers], placeholder: str, *, bold: bool
) -> Any:  # noqa: ANN401  the stubs refuse what a style takes
    plain = frame.select_dtypes("float").columns
    writers: Any = dict.fromkeys(plain, numerals.ungrouped)
    there = {name: each for name, each in numbers.items() if name in frame.columns}
    writers |= {name: each.text for name, each in there.items()}
    style: Any = frame.style.format(writers, na_rep=placeholder)
    for name, each in there.items():
        if each.absent is not None:
            style = style.format(each.text, subset=[name], na_rep=each.absent)
    return style.set_properties(**_BOLD) if bold else style


def shown(amount: Any, measure: str = "cost") -> float | None:  # noqa: ANN401
    """An amount as a table draws it; the exact one stays in the rows and in the CSV."""
    if amount is None:
        return None
    return float(amount if measure == "usage" else major(amount))


def _cents(shown: float) -> int:
    return round(shown * 100)


def height(rows: int, tallest: int = _TALLEST_PX, *, row_px: int | None = None) -> int:
    """A table as tall as its rows, up to a screen: no scrolling inside a page that has room."""
    return min((row_px or _ROW_PX) * rows + _ROW_PX + 3, tallest)


def text_px(texts: Iterable[str]) -> int:
    """A column's width for the longest of its texts, up to the one that leaves others room."""
    widest = max((widths.text_px(text, *_LETTERS_PX) for text in texts), default=0)
    return min(round(widest) + _CELL_PX, _WIDEST_PX)
