"""Forecast: what months will cost, how sure that is, and what planned changes would do to it."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import components, data, forecasting, left_out, scenario_tables, tables
from dashboard.address import Address
from dashboard.drawing import draw
from dashboard.head import head
from reporting import forecasts as questions
from reporting import formats
from reporting.forecasts import KINDS, Scope
from reporting.query import Query, Row

BY = {"project": "By project", "service": "By service", "resource": "By resource"}


def scope_names() -> dict[str, str]:
    """The scopes a reader can choose: key to words."""
    return {
        row["key"]: "Total" if row["kind"] == "total" else f"{KINDS[row['kind']]}: {row['name']}"
        for row in data.rows(questions.scopes())
    }


def cards(behind: Sequence[Row], ahead: Sequence[Row], unit: str) -> None:
    """The running month's end first, then what is billed, the next month and the next twelve."""
    now, months = ahead[0], {row["month"]: row["amount"] for row in behind}
    earlier = max((each for each in months if each < now["month"]), default=None)
    last = months[earlier] if earlier else 0
    with st.container(horizontal=True):
        st.metric(
            f"{formats.month(now['month'])}, month end", formats.money(now["expected"], unit),
            f"{formats.change((now['expected'] - last) / abs(last))} vs. {formats.month(earlier)}"
            if earlier and last else None,
            delta_color="inverse" if now["expected"] != last else "off",
            border=True, height="stretch",
        )  # fmt: skip
        others = {f"Billed to {formats.day(now['as_of'])}": months.get(now["month"], 0)}
        others |= {formats.month(row["month"]): row["expected"] for row in ahead[1:2]}
        others[f"The {len(ahead) - 1} months after it"] = sum(row["expected"] for row in ahead[1:])
        for label, cents in others.items():
            st.metric(label, formats.money(cents, unit), border=True, height="stretch")


def how_sure(now: Row, quality: Sequence[Row], unit: str) -> None:
    """The running month's bands, the method, and its error in earlier months."""
    sentences = [forecasting.method_text(now["method"]), forecasting.error_text(quality)]
    if now["low_80"] is not None:
        bands = [
            f"between {forecasting.between(now, level, unit, 'and')} in {level} of 100 cases"
            for level in ("80", "95")
        ]
        sentences.insert(0, f"{formats.month(now['month'])} will end {', '.join(bands)}.")
    st.caption("Bands: 80 % between solid lines, 95 % between dashed ones.")
    st.markdown(formats.plain(" ".join(sentences)))


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
    off = st.column_config.NumberColumn("Off in earlier months", format="percent")
    st.dataframe(
        frame, hide_index=True, placeholder=formats.ABSENT, height=tables.height(len(frame)),
        column_config=columns | {"Off in earlier months": off},
    )  # fmt: skip


_AMOUNTS = {
    "Forecast": "expected", "80 % from": "low_80", "80 % to": "high_80", "95 % from": "low_95",
    "95 % to": "high_95",
}  # fmt: skip


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
    st.dataframe(
        frame, hide_index=True, height=tables.height(min(len(frame), 12)),
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
        "In the 80 % band": [row["coverage_80"] for row in rows],
        "In the 95 % band": [row["coverage_95"] for row in rows],
        "Months measured": [row["origins"] for row in rows],
    })  # fmt: skip
    shares = ("Month end", "Three months ahead", "In the 80 % band", "In the 95 % band")
    columns = {name: st.column_config.NumberColumn(name, format="percent") for name in shares}
    st.dataframe(frame, hide_index=True, placeholder=formats.ABSENT, column_config=columns)
    st.caption(
        "How far each was off on average, as a share of what the month cost, and how often the "
        "month came to lie in the band."
    )


head("Forecast", "What this month and the next twelve will cost, and how sure that is.")
days = components.usage_days()
running = days.through.replace(day=1)
left_out.warn("forecast", "forecasts", "scenarios")
scopes = scope_names()
if not scopes:
    st.info("No forecast yet: `atlas-costs refresh` makes one.", icon=":material/timeline:")
    st.stop()
address = Address("forecast")
with st.container(horizontal=True, vertical_alignment="bottom"):
    scope = Scope.of(address.choice("scope", "Forecast of", scopes, default="total", width=340))
    ways = {each: BY[each] for each in questions.PARTS_BY[scope.kind]}
    by = address.choice("by", "Parts it is made of", ways, is_short=True)
address.done()
queries: dict[str, Query] = {
    "Forecast": questions.ahead(scope),
    "History": questions.history(scope, running),
    "Parts": questions.parts(scope, by, running),
    "Quality": questions.quality(scope),
}
found = {name: components.by_unit(data.rows(query)) for name, query in queries.items()}
for unit, every in found["Forecast"].items():
    components.unit_heading(unit, found["Forecast"])
    ahead, behind = forecasting.told(every), found["History"].get(unit, [])
    if not ahead:
        st.info(forecasting.TOO_YOUNG, icon=":material/hourglass_empty:")
        continue
    quality = found["Quality"].get(unit, [])
    cards(behind, ahead, unit)
    draw(forecasting.chart(behind, ahead, unit), "Months billed, and months ahead in their bands")
    how_sure(ahead[0], quality, unit)
    if len(ahead) < len(every):
        st.caption(forecasting.TOO_FAR)
    tabs = st.tabs(["By month", "What it is made of", "How good it was"])
    with tabs[0]:
        by_month(ahead, unit)
    with tabs[1]:
        made_of(found["Parts"].get(unit, []), unit)
    with tabs[2]:
        how_good(quality)
if scope.kind == questions.TOTAL:
    queries |= scenario_tables.section(days)
components.sql_behind(queries)
