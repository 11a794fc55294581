"""Tables of the forecast: by month, by part, and how good it was."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import tables
from reporting import formats
from reporting.query import Row

_AMOUNTS = {
    "Forecast": "expected", "80% from": "low_80", "80% to": "high_80", "95% from": "low_95",
    "95% to": "high_95",
}  # fmt: skip


def by_month(ahead: Sequence[Row], unit: str) -> None:
    """The months ahead with their bands, and how far such months were off before."""
    frame = pd.DataFrame([
        {
            "Month": formats.month(row["month"]),
            **{title: tables.shown(row[name]) for title, name in _AMOUNTS.items()},
            "Off in earlier months": row["backtest_error"],
        }
        for row in ahead
    ])  # fmt: skip
    columns = {title: tables.amount_column(title, unit) for title in _AMOUNTS}
    off = tables.share_column("Off in earlier months")
    tables.table(
        frame, height=tables.height(len(frame)),
        column_config=columns | {"Off in earlier months": off},
    )  # fmt: skip


def made_of(rows: Sequence[Row], unit: str) -> None:
    """The parts of a scope's forecast, beneath their sum."""
    amounts = {"This month": "this_month", "Next month": "next_month",
               "12 months after this one": "next_12_months"}  # fmt: skip
    total = {"part": "Total"} | {name: sum(row[name] for row in rows) for name in amounts.values()}
    frame = pd.DataFrame([
        {"Part": row["part"]}
        | {title: tables.shown(row[name]) for title, name in amounts.items()}
        for row in [total, *rows]
    ])  # fmt: skip
    tables.table(
        frame, height=tables.height(min(len(frame), 12)),
        column_config={title: tables.amount_column(title, unit) for title in amounts},
    )  # fmt: skip
    st.caption("Parts add up to the total to the cent. Bands do not: errors partly cancel.")


def how_good(rows: Sequence[Row]) -> None:
    """The forecast beside two guesses without a method, from the same days of earlier months."""
    frame = pd.DataFrame({
        "Method": [f"{row['method']} (this forecast)" if row["chosen"] else row["method"]
                   for row in rows],
        "Month end": [row["mape_month_end"] for row in rows],
        "Three months ahead": [row["mape_3_months"] for row in rows],
        "In the 80% band": [row["coverage_80"] for row in rows],
        "In the 95% band": [row["coverage_95"] for row in rows],
        "Months measured": [row["origins"] for row in rows],
    })  # fmt: skip
    shares = ("Month end", "Three months ahead", "In the 80% band", "In the 95% band")
    columns = {name: tables.share_column(name) for name in shares}
    tables.table(frame, column_config=columns)
    st.caption(
        "How far each was off on average, as a share of what the month cost, and how often the "
        "month came to lie in the band. Each month measured is looked at up to three times: at its "
        "end, and one and three months ahead."
    )
