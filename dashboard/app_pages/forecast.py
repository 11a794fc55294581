"""Forecast: what months will cost, how sure that is, and what planned changes would do to it."""

from collections.abc import Sequence

import streamlit as st

from dashboard import (
    components,
    data,
    forecast_tables,
    forecasting,
    left_out,
    scenario_tables,
    trying,
)
from dashboard.address import Address
from dashboard.downloads import downloads
from dashboard.drawing import draw
from dashboard.head import head
from reporting import forecasts as questions
from reporting import formats
from reporting.forecasts import KINDS, Scope
from reporting.plan_sheets import sheets
from reporting.query import Query, Row
from reporting.ranges import add_months

BY = {"project": "By project", "service": "By service", "resource": "By resource"}


def scope_names() -> dict[str, str]:
    """The scopes a reader can choose: key to words."""
    return {
        row["key"]: "Total" if row["kind"] == "total" else f"{KINDS[row['kind']]}: {row['name']}"
        for row in data.rows(questions.scopes())
    }


def cards(behind: Sequence[Row], ahead: Sequence[Row], to_come: Sequence[Row], unit: str) -> None:
    """The running month's end first, then what is billed, the next month and the next twelve."""
    now, months = ahead[0], {row["month"]: row["amount"] for row in behind}
    before = add_months(now["month"], -1)
    change = forecasting.change(now["expected"], months.get(before))
    with st.container(horizontal=True):
        st.metric(
            f"{formats.month(now['month'])}, month end", formats.money(now["expected"], unit),
            None if change is None else f"{formats.change(change)} vs. {formats.month(before)}",
            delta_color="inverse" if change else "off", border=True, height="stretch",
        )  # fmt: skip
        billed = sum(row["billed"] for row in to_come)
        others = {f"Billed to {formats.day(now['as_of'])}": billed}
        others |= {formats.month(row["month"]): row["expected"] for row in ahead[1:2]}
        others[
            f"The {formats.counted(len(ahead) - 1, 'month')} after {formats.month(now['month'])}"
        ] = sum(row["expected"] for row in ahead[1:])
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
    st.caption("Bands: 80% between solid lines, 95% between dashed ones.")
    st.markdown(formats.plain(" ".join(sentences)))


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
notes = st.container()
queries: dict[str, Query] = {
    "Forecast": questions.ahead(scope),
    "History": questions.history(scope, running),
    "Parts": questions.parts(scope, by, running),
    "Quality": questions.quality(scope),
    "Still to come": questions.to_come(scope, days.through),
}
found = {name: components.by_unit(data.rows(query)) for name, query in queries.items()}
for unit, every in found["Forecast"].items():
    components.unit_heading(unit, found["Forecast"])
    ahead, behind = forecasting.told(every), found["History"].get(unit, [])
    if not ahead:
        st.info(forecasting.TOO_YOUNG, icon=":material/hourglass_empty:")
        continue
    quality = found["Quality"].get(unit, [])
    to_come = found["Still to come"].get(unit, [])
    cards(behind, ahead, to_come, unit)
    st.caption(formats.plain(forecasting.to_come_text(to_come, unit, days)))
    draw(forecasting.chart(behind, ahead, unit), "Months billed, and months ahead in their bands")
    how_sure(ahead[0], quality, unit)
    if len(ahead) < len(every):
        st.caption(forecasting.TOO_FAR)
    tabs = st.tabs(["By month", "What it is made of", "How good it was"])
    with tabs[0]:
        forecast_tables.by_month(ahead, unit)
    with tabs[1]:
        forecast_tables.made_of(found["Parts"].get(unit, []), unit)
    with tabs[2]:
        forecast_tables.how_good(quality)
if scope.kind == questions.TOTAL:
    queries |= scenario_tables.section(days)
    st.markdown("**Try a change** that stands in no file: nothing is kept, nothing is changed.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scenario = trying.controls(address, scopes, running)
    queries |= scenario_tables.tried(scenario)
with notes:
    address.done()
downloads("atlas-forecast", sheets(queries))
components.sql_behind(queries)
