"""The cost report's controls, kept equal to its address in both directions.

The address is the truth: where it differs from what the page wrote last, someone opened a link
and the controls take their values from it. Otherwise a control has changed, and the address
follows.
"""

from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard import components, data, filter_editor, report_toggles
from dashboard.wording import words
from reporting import comparisons, overlays, url_state
from reporting.dimensions import label
from reporting.queries import Report
from reporting.ranges import AHEAD, BINS, ONE_DAY, RANGES, DataDays
from reporting.report import report_of
from reporting.state import MAX_GROUPS, MAX_TOP, ReportState

CUSTOM = "custom"
_WRITTEN = "report.written"
_STEPS = "report.steps"
_WAS_OPEN = "report.display_was_open"
_DISPLAYED = (
    *("report.chart", "report.measure", "report.tags", "report.top", "report.overlay"),
    *report_toggles.KEYS,
)


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


def go_to(state: ReportState) -> None:
    """Opens another report: its address is written and the page begins anew."""
    st.session_state[_STEPS] = steps() + 1
    st.query_params.from_dict(url_state.to_params(state))
    st.rerun()


def steps() -> int:
    """How often a click has led to another report.

    Part of a chart's key: a browser that goes Back before the next report is drawn sends the click
    once more, and under the same key it would lead forward again.
    """
    return int(st.session_state.get(_STEPS, 0))


def _fill(report: Report) -> None:
    state, window = report.state, report.window
    compared = state.custom_comparison
    if compared:
        st.session_state["report.compared"] = (compared.start, compared.end - ONE_DAY)
    report_toggles.fill(state.show)
    st.session_state.update({
        "report.range": state.range_name or CUSTOM,
        "report.days": (window.start, window.end - ONE_DAY),
        "report.bin": state.bin,
        "report.group": list(state.group),
        "report.chart": state.chart,
        "report.measure": state.measure,
        "report.compare": CUSTOM if compared else state.compare,
        "report.tags": state.tags,
        "report.top": state.top,
        "report.table": state.table,
        "report.unit": state.unit,
        "report.overlay": list(state.overlay),
        "report.filters": list(state.filters),
    })  # fmt: skip


def _controls(report: Report) -> ReportState:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state = _days(report)
        steps = st.selectbox("Interval", BINS, key="report.bin", format_func=words, width=115)
        groups = st.multiselect(
            "Group by",
            list(dict.fromkeys([*filter_editor.known(), *report.state.group])),
            key="report.group",
            format_func=label,
            max_selections=MAX_GROUPS,
            width=220,
        )
        compare = _compared(report)
        display = _display(report)
        filter_editor.editor(report, go_to)
    kept = filter_editor.chips_in_force(report.state.filters)
    return replace(state, bin=steps, group=tuple(groups), compare=compare, filters=kept, **display)


def _days(report: Report) -> ReportState:
    """The range; while a reader has picked only the first of two days, the old days stay."""
    name = st.selectbox(
        "Range", [*RANGES, *AHEAD, CUSTOM], key="report.range", format_func=words, width=175
    )
    kept = ReportState(table=report.state.table, unit=report.state.unit)
    if name != CUSTOM:
        return replace(kept, range=name)
    window = report.window
    if "report.days" not in st.session_state:
        st.session_state["report.days"] = (window.start, window.end - ONE_DAY)
    picked: Any = st.date_input("Days (UTC)", key="report.days", width=215)
    chosen = picked if len(picked) == 2 else (window.start, window.end - ONE_DAY)
    return replace(kept, start=chosen[0], last=chosen[1])


def _display(report: Report) -> dict[str, Any]:
    with st.popover("Display", icon=":material/tune:", on_change="rerun") as opened:
        _tell_again(is_open=bool(opened.open))
        chart = _choice("Chart", url_state.CHARTS, "report.chart")
        measure = _choice("Measure", url_state.MEASURES, "report.measure")
        tags = _choice("Tags", url_state.TAG_BASES, "report.tags")
        top = st.slider("Show top", 1, MAX_TOP, key="report.top")
        known = [row["overlay"] for row in data.rows(overlays.choices())]
        overlay = st.multiselect(
            "On the chart",
            list(dict.fromkeys([*overlays.ALONE, *known, *report.state.overlay])),
            key="report.overlay",
            format_func=words,
        )
        show = report_toggles.toggles(report, is_open=bool(opened.open))
    return {
        "chart": chart, "measure": measure, "tags": tags, "top": top, "show": show,
        "overlay": tuple(overlay),
    }  # fmt: skip


def _tell_again(*, is_open: bool) -> None:
    """Tells the browser the values of a menu that it has not drawn yet.

    Streamlit tells a value once, when it is set; a slider that is drawn only when the menu opens,
    a run later, would stand at its least value, and report that as chosen.
    """
    if not st.session_state.get(_WAS_OPEN):
        st.session_state.update({key: st.session_state[key] for key in _DISPLAYED})
    st.session_state[_WAS_OPEN] = is_open


def _compared(report: Report) -> str:
    """What to compare with; days of one's own stay as they were until both are picked."""
    options = [*comparisons.NAMES, CUSTOM]
    name = str(
        st.selectbox("Compare with", options, key="report.compare", format_func=words, width=145)
    )
    if name != CUSTOM:
        return name
    before = report.compared or report.window
    if "report.compared" not in st.session_state:
        st.session_state["report.compared"] = (before.start, before.end - ONE_DAY)
    picked: Any = st.date_input("Days to compare with (UTC)", key="report.compared", width=220)
    start, last = picked if len(picked) == 2 else (before.start, before.end - ONE_DAY)
    return f"{start}..{last}"


def _choice(title: str, options: tuple[str, ...], key: str) -> str:
    return str(st.segmented_control(title, options, key=key, format_func=words, required=True))
