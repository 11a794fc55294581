"""The cost report's controls, kept equal to its address in both directions.

The address is the truth: where it differs from what the page wrote last, someone opened a link
and the controls take their values from it. Otherwise a control has changed, and the address
follows.
"""

from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard import chips, components, data
from reporting import comparisons, url_state
from reporting import queries as report_query
from reporting.dimensions import COST_DIMENSIONS, label
from reporting.queries import Report
from reporting.ranges import BINS, ONE_DAY, RANGES, DataDays
from reporting.report import report_of
from reporting.state import MAX_GROUPS, MAX_TOP, OPERATORS, Filter, ReportState
from reporting.words import OPERATOR_WORDS, filter_text

CUSTOM = "custom"
_WRITTEN = "report.written"
_WORDS = {
    **OPERATOR_WORDS,
    "auto": "Automatic", "like_for_like": "Like for like", "same_days": "Same days, as billed now",
    "previous": "Previous period", "last_year": "Last year", "none": "Nothing",
    "current": "Current tags", "first_seen": "Tags when billed", CUSTOM: "Custom days", **RANGES,
}  # fmt: skip


def words(value: str) -> str:
    """A choice as a reader sees it."""
    return _WORDS.get(value, value.capitalize())


def controlled_report(days: DataDays) -> tuple[Report, list[str]]:
    """Draws the controls; the report they and the address agree on, and what was refused."""
    address = components.address()
    state, problems = url_state.parse(address)
    if data.ignores_case_of_tag_keys():
        state = state.with_folded_keys()
    if st.session_state.get(_WRITTEN) != address or "report.range" not in st.session_state:
        _fill(report_of(state, days))
    chosen = _controls(report_of(state, days))
    st.session_state[_WRITTEN] = url_state.to_params(chosen)
    if address != st.session_state[_WRITTEN]:
        st.query_params.from_dict(st.session_state[_WRITTEN])
    return report_of(chosen, days), problems


def _fill(report: Report) -> None:
    state, window = report.state, report.window
    compared = state.custom_comparison
    if compared:
        st.session_state["report.compared"] = (compared.start, compared.end - ONE_DAY)
    st.session_state.update({
        "report.range": state.range_name or CUSTOM,
        "report.days": (window.start, window.end - ONE_DAY),
        "report.bin": state.bin,
        "report.group": list(state.group),
        "report.chart": state.chart,
        "report.measure": state.measure,
        "report.compare": CUSTOM if compared else state.compare,
        "report.credits": "credits" in state.show,
        "report.tags": state.tags,
        "report.top": state.top,
        "report.filters": list(state.filters),
    })  # fmt: skip


def _controls(report: Report) -> ReportState:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state = _days(report)
        steps = st.selectbox("Interval", BINS, key="report.bin", format_func=words, width=140)
        known = [*COST_DIMENSIONS, *(f"tag:{key}" for key in data.tag_keys())]
        groups = st.multiselect(
            "Group by",
            list(dict.fromkeys([*known, *report.state.group])),
            key="report.group",
            format_func=label,
            max_selections=MAX_GROUPS,
            width=300,
        )
        display = _display(report)
        _add_filter(report, known)
    return replace(state, bin=steps, group=tuple(groups), filters=_filters(report), **display)


def _days(report: Report) -> ReportState:
    """The range; while a reader has picked only the first of two days, the old days stay."""
    name = st.selectbox(
        "Range", [*RANGES, CUSTOM], key="report.range", format_func=words, width=190
    )
    if name != CUSTOM:
        return ReportState(range=name)
    window = report.window
    if "report.days" not in st.session_state:
        st.session_state["report.days"] = (window.start, window.end - ONE_DAY)
    picked: Any = st.date_input("Days (UTC)", key="report.days", width=240)
    chosen = picked if len(picked) == 2 else (window.start, window.end - ONE_DAY)
    return ReportState(start=chosen[0], last=chosen[1])


def _display(report: Report) -> dict[str, Any]:
    with st.popover("Display", icon=":material/tune:"):
        chart = _choice("Chart", url_state.CHARTS, "report.chart")
        measure = _choice("Measure", url_state.MEASURES, "report.measure")
        compare = _compared(report)
        tags = _choice("Tags", url_state.TAG_BASES, "report.tags")
        top = st.slider("Show top", 1, MAX_TOP, key="report.top")
        credit = st.toggle("Credits in the total", key="report.credits")
    show = ("credits",) if credit else ()
    return {
        "chart": chart, "measure": measure, "compare": compare, "tags": tags, "top": top,
        "show": show,
    }  # fmt: skip


def _compared(report: Report) -> str:
    """What to compare with; days of one's own stay as they were until both are picked."""
    options = [*comparisons.NAMES, CUSTOM]
    name = str(st.selectbox("Compare with", options, key="report.compare", format_func=words))
    if name != CUSTOM:
        return name
    before = report.compared or report.window
    if "report.compared" not in st.session_state:
        st.session_state["report.compared"] = (before.start, before.end - ONE_DAY)
    picked: Any = st.date_input("Days to compare with (UTC)", key="report.compared")
    start, last = picked if len(picked) == 2 else (before.start, before.end - ONE_DAY)
    return f"{start}..{last}"


def _choice(title: str, options: tuple[str, ...], key: str) -> str:
    return str(st.segmented_control(title, options, key=key, format_func=words, required=True))


def _filters(report: Report) -> tuple[Filter, ...]:
    """The conditions in force, each with a cross that takes it away."""
    active = list(report.state.filters)
    if not active:
        return ()
    names = chips.names_of(active)
    return tuple(
        st.multiselect(
            "Filters",
            active,
            key="report.filters",
            format_func=lambda one: filter_text(one, names),
        )
    )


def _add_filter(report: Report, known: list[str]) -> None:
    with st.popover("Add filter", icon=":material/filter_alt:"):
        name = st.selectbox("Where", known, key="filter.name", format_func=label)
        operator = st.selectbox("Condition", OPERATORS, key="filter.operator", format_func=words)
        offered = [row["value"] for row in data.rows(report_query.values(report, name))]
        picked = st.multiselect(
            "Value",
            offered,
            key=f"filter.values.{name}",
            accept_new_options=True,
            select_all=False,
        )
        if st.button("Add", disabled=not picked, type="primary"):
            added = url_state.with_filter(report.state, Filter(name, operator, tuple(picked)))
            st.query_params.from_dict(url_state.to_params(added))
            st.rerun()
