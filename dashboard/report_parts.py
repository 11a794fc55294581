"""The parts of the cost report around its chart and table."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import streamlit as st

from dashboard import chips, components, data, drawing, report_toggles
from dashboard.wording import words as word
from reporting import charts, drill, formats, layers, overlays, words
from reporting import queries as report_query
from reporting.query import Query, Row
from reporting.report import Report
from reporting.state import MAX_TOP, TABLES, ReportState

GoTo = Callable[[ReportState], None]
MORE_GROUPS = 10


def trail(report: Report, go_to: GoTo) -> None:
    """The way down to this report: each step leads back to where it was taken."""
    steps = drill.trail(report.state)
    if len(steps) == 1:
        return
    names = chips.names_of([one for one, _ in steps if one])
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        before = "All costs"
        for number, (one, state) in enumerate(steps):
            if one is None:
                st.markdown(f"**{formats.plain(before)}**", width="content")
                continue
            if st.button(formats.plain(before), key=f"trail.{number}", type="tertiary"):
                go_to(state)
            st.caption(":material/chevron_right:", width="content")
            before = names.get(one.values[0], one.values[0])


def headline(report: Report, total: Row, forecast: list[Row]) -> None:
    """The total, what it is compared with and the rule of that, per day, and what is expected."""
    measure, unit = report.state.measure, total["unit"]
    before = None
    if report.compared and total["previous"]:
        amount = charts.amount_text(total["previous"], unit, measure)
        before = f"{formats.change(total['change'])} from {amount}"
    with st.container(horizontal=True, gap="large"):
        st.metric(
            f"Total, {formats.span(report.window.start, report.window.end)}",
            components.total_text(total, measure),
            before,
            delta_color="inverse" if total["change"] else "off",
            width="content",
        )
        if forecast:
            row = forecast[0] if len(forecast) == 1 else forecast[-1]
            st.metric(
                f"Forecast, {formats.month(row['month'])}",
                formats.money(row["expected"], unit),
                layers.band_text(row, unit) if row["low"] is not None else None,
                delta_color="off",
                delta_arrow="off",
                width="content",
            )
    if report.rule:
        st.caption(formats.plain(words.compared_text(report, total)))


def one_unit(report: Report, totals: dict[str, list[Row]], go_to: GoTo) -> dict[str, list[Row]]:
    """The totals that are shown: of usage in several units one, which a reader chooses."""
    if report.state.measure != "usage" or len(totals) <= 1:
        return totals
    known = [row["unit"] for row in data.rows(report_query.units(report)) if row["unit"] in totals]
    shown = report.state.unit if report.state.unit in totals else known[0]
    if st.session_state.get("report.unit") not in totals:
        st.session_state["report.unit"] = shown
    chosen = st.selectbox("Unit", known, key="report.unit", width=260)
    if chosen != shown:
        go_to(replace(report.state, unit=str(chosen)))
    return {shown: totals[shown]}


def ahead(report: Report) -> Query | None:
    """Days that are all to come: what is expected of their months. None where nobody can say."""
    query = overlays.expected_groups(report)
    if query is None or report.window.start <= report.days.through:
        return None
    found = components.by_unit(data.rows(query))
    for unit, rows in found.items():
        components.unit_heading(unit, found)
        total = sum(row["expected"] for row in rows)
        days = formats.span(report.window.start, report.window.end)
        st.metric(f"Forecast, {days}", formats.money(total, unit))
        drawn = _as_series(rows, report.state.top)
        notes = {row["month"]: "forecast" for row in rows}
        of_months = _by_month(report)
        chart = charts.over_time(of_months, drawn, unit, notes)
        drawing.draw(chart, f"Costs expected in {days}: {formats.money(total, unit)}")
    return query if found else None


def _by_month(report: Report) -> Report:
    return replace(report, state=replace(report.state, bin="month", chart="bar"))


def _as_series(rows: list[Row], top: int) -> list[Row]:
    """Expected amounts as the rows of a chart: the dearest groups apart, the others together."""
    sums: dict[tuple[str, ...], int] = {}
    for row in rows:
        sums[_labels(row)] = sums.get(_labels(row), 0) + row["expected"]
    places = {key: n for n, key in enumerate(sorted(sums, key=lambda k: (-sums[k], k)), 1)}
    members = max(len(places) - top, 1)
    drawn: dict[tuple[int, object], Row] = {}
    for row in rows:
        place = min(places[_labels(row)], top + 1)
        is_rest = place == top + 1 and members > 1
        entry = drawn.setdefault((place, row["month"]), {
            "period": row["month"], "place": place, "members": members if is_rest else 1,
            "is_rest": is_rest, "amount": 0,
            **{key: value for key, value in row.items() if key.startswith("label_")},
        })  # fmt: skip
        entry["amount"] += row["expected"]
    return list(drawn.values())


def _labels(row: Row) -> tuple[str, ...]:
    return tuple(value for key, value in row.items() if key.startswith("label_"))


def table_choice(report: Report, go_to: GoTo) -> None:
    """Which table stands below the chart."""
    chosen = st.segmented_control(
        "Table", TABLES, key="report.table", format_func=word, required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    if chosen and chosen != report.state.table:
        go_to(replace(report.state, table=str(chosen)))


def more_groups(report: Report, drawn: Mapping[str, list[Row]], go_to: GoTo) -> None:
    """Draws more of the groups that are together as Other."""
    rest = max((row["members"] for rows in drawn.values() for row in rows if row["is_rest"]),
               default=0)  # fmt: skip
    more = min(rest, MORE_GROUPS, MAX_TOP - report.state.top)
    text = f"Show the other {rest}" if more == rest else f"Show {more} more of {rest}"
    if more > 0 and st.button(text, icon=":material/expand_more:"):
        go_to(replace(report.state, top=report.state.top + more))


def total_says(report: Report) -> None:
    """What the total holds, and what each toggle that is on changed."""
    if report.state.measure == "cost":
        st.caption(formats.plain(report_toggles.said(report)))


def tag_coverage(report: Report) -> Query:
    """How much of all costs carries the tags that this report is about."""
    query = data.tag_coverage(report.tag_keys, report.state.tags, report.window)
    for row in data.rows(query):
        total, several = (
            formats.plain(formats.money(row[name], row["unit"]))
            for name in ("total", "several_values")
        )
        also = f"; {several} with more than one value" if row["several_values"] else ""
        months = dict.fromkeys(formats.month(row[f"{end}_month"]) for end in ("first", "last"))
        st.caption(
            f"Tag {formats.plain(row['tag_key'])} is on {formats.share(row['share'])} of all costs "
            f"of {' to '.join(months)} ({total}, without credits){also}."
        )
    return query
