"""Scenarios beside the forecast: what each would change, month by month and over a year."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from dashboard import beginning, components, data, forecasting, tables
from dashboard.drawing import draw
from orchestration.what_if import WhatIfError
from reporting import forecasts as questions
from reporting import formats
from reporting.query import Query, Row
from reporting.ranges import DataDays

TOTAL = "(total)"


def section(days: DataDays) -> dict[str, Query]:
    """Every scenario's chart and tables, by currency; how to begin where there is none."""
    queries = {"Scenarios": questions.scenarios()}
    rows = data.rows(queries["Scenarios"])
    st.subheader("Scenarios")
    if not rows:
        queries["Projects"] = beginning.scenarios(days)
    for unit, found in components.by_unit(rows).items():
        components.unit_heading(unit, (row["unit"] for row in rows))
        totals = [row for row in found if row["scope"] == TOTAL]
        draw(forecasting.scenario_chart(totals, unit), "The total of each scenario by month")
        st.caption(formats.plain(_described(found)))
        _differences(found, unit)
    return queries


def _described(rows: Sequence[Row]) -> str:
    """Each scenario with its changes."""
    changes: dict[str, list[str]] = {}
    for row in rows:
        named = changes.setdefault(row["scenario"], [])
        if row["scope"] not in {TOTAL, *named}:
            named.append(row["scope"])
    return ". ".join(f"{name}: {', '.join(each)}" for name, each in changes.items()) + "."


def tried(scenario: Mapping[str, object]) -> dict[str, Query]:
    """What a change that stands in no file would cost, or why that cannot be told."""
    if not scenario:
        return {}
    try:
        found = data.what_if(scenario)
    except WhatIfError as error:
        st.warning(formats.plain(error), icon=":material/alt_route:")
        return {}
    rows = [forecasting.as_asked(row) for row in found.rows]
    total = forecasting.over_12_months(rows)[rows[0]["scenario"], TOTAL]
    unit = rows[0]["unit"]
    st.metric(
        "Your change, 12 months", forecasting.signed(total, unit), border=True, width="content"
    )
    draw(
        forecasting.scenario_chart([row for row in rows if row["scope"] == TOTAL], unit),
        "The total with your change and without it, by month",
    )
    _differences(rows, unit)
    return {f"Your change {number}": query for number, query in enumerate(found.read, start=1)}


def _differences(rows: Sequence[Row], unit: str) -> None:
    over_a_year, by_month = st.tabs(["Over 12 months", "By month"])
    with over_a_year:
        _over_a_year(rows, unit)
    with by_month:
        _by_month(rows, unit)
    st.caption(
        "What each changes of the total: in the twelve months after this one, or month by month. "
        "A cost of two changes counts in both, and once in all changes together."
    )


def _over_a_year(rows: Sequence[Row], unit: str) -> None:
    priced = {(row["scenario"], row["scope"]): row["price_basis"] for row in rows}
    frame = pd.DataFrame([
        {
            "Scenario": scenario,
            "Change": _name(scope),
            "Difference": tables.shown(cents),
            "Priced by": "" if scope == TOTAL else priced[scenario, scope] or "the forecast",
        }
        for (scenario, scope), cents in forecasting.over_12_months(rows).items()
    ])  # fmt: skip
    column = {"Difference": tables.amount_column("Difference", unit)}
    tables.table(
        frame, height=tables.height(len(frame)), column_config=column
    )  # fmt: skip


def _by_month(rows: Sequence[Row], unit: str) -> None:
    months = sorted({row["month"] for row in rows})
    frame = pd.DataFrame([
        {"Scenario": scenario, "Change": _name(scope)}
        | {formats.month(month): tables.shown(found.get(month)) for month in months}
        for (scenario, scope), found in forecasting.by_month(rows).items()
    ])  # fmt: skip
    names = map(formats.month, months)
    tables.table(
        frame, height=tables.height(len(frame)),
        column_config={each: tables.amount_column(each, unit) for each in names},
    )  # fmt: skip


def _name(scope: str) -> str:
    return "All changes" if scope == TOTAL else scope
