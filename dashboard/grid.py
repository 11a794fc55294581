"""Rows as a table on a page, from the description of their columns that a file is written from."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import tables
from reporting.files import Column, Kind
from reporting.query import Row

_CONFIG: dict[Kind, Callable[[str], Any]] = {
    Kind.QUANTITY: tables.quantity_column,
    Kind.NUMBER: tables.number_column,
    Kind.SHARE: tables.share_column,
    Kind.DAY: lambda title: st.column_config.DateColumn(title, format="D MMM YYYY"),
    Kind.MONTH: lambda title: st.column_config.DateColumn(title, format="MMM YYYY"),
    Kind.MOMENT: lambda title: st.column_config.DatetimeColumn(title, format="D MMM YYYY, HH:mm"),
    Kind.FLAG: st.column_config.CheckboxColumn,
}


def frame(columns: Sequence[Column], rows: Iterable[Row]) -> pd.DataFrame:
    """Rows as a table draws them; exact amounts stay in the rows and in files."""
    every = list(rows)
    return pd.DataFrame({
        each.title: [_cell(each, each.of(row)) for row in every] for each in columns
    })  # fmt: skip


def config(columns: Sequence[Column], unit: str) -> dict[str, Any]:
    """How each column is written; amounts are in one currency."""
    found = {each.title: _CONFIG[each.kind](each.title) for each in columns if each.kind in _CONFIG}
    money = [each.title for each in columns if each.kind is Kind.MONEY]
    return found | {title: tables.amount_column(title, unit) for title in money}


def grid(columns: Sequence[Column], rows: Iterable[Row], unit: str, **drawn: Any) -> None:  # noqa: ANN401
    """Draws rows; further arguments are st.dataframe's own, column_config added to ours."""
    configured = config(columns, unit) | drawn.pop("column_config", {})
    tables.table(
        frame(columns, rows),
        column_config=configured,
        **drawn,
    )


def _cell(column: Column, value: Any) -> Any:  # noqa: ANN401  what DuckDB has
    if column.kind is Kind.MONEY:
        return tables.shown(value)
    return float(value) if isinstance(value, Decimal) else value
