"""Tables from rows: what is drawn is rounded for the eye, what is saved is exact."""

from typing import Any

import streamlit as st

from reporting import formats
from reporting.money import major

_ROW_PX, _TALLEST_PX = 35, 700


def amount_column(title: str, unit: str, measure: str = "cost", *, width: int | None = None) -> Any:  # noqa: ANN401
    """A table column of amounts: written as money, sorted as numbers."""
    notation = "%,.2f" if measure == "usage" else formats.column_format(unit)
    return st.column_config.NumberColumn(title, format=notation, width=width)


def shown(amount: Any, measure: str = "cost") -> float | None:  # noqa: ANN401
    """An amount as a table draws it; the exact one stays in the rows and in the CSV."""
    if amount is None:
        return None
    return float(amount if measure == "usage" else major(amount))


def height(rows: int, tallest: int = _TALLEST_PX) -> int:
    """A table as tall as its rows, up to a screen: no scrolling inside a page that has room."""
    return min(_ROW_PX * (rows + 1) + 3, tallest)
