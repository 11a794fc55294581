"""Filters on the page: sets of conditions, of which any one is enough, added and taken away."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from dashboard import chips, data, shared_filters
from dashboard.wording import words
from reporting import formats
from reporting import queries as report_query
from reporting.dimensions import COST_DIMENSIONS, label
from reporting.queries import Report
from reporting.state import OPERATORS, Filter, ReportState, merged
from reporting.words import filter_text

GoTo = Callable[[ReportState], None]
MOST_SETS = 9


def known() -> list[str]:
    """The dimensions that costs can be cut and filtered by, tag keys included."""
    return [*COST_DIMENSIONS, *(f"tag:{key}" for key in data.tag_keys())]


def chips_in_force(active: tuple[Filter, ...]) -> tuple[Filter, ...]:
    """The conditions in force, each with a cross that takes it away."""
    if not active:
        return ()
    names = chips.names_of(active)
    return tuple(
        st.multiselect(
            "Filters",
            list(active),
            key="report.filters",
            format_func=lambda one: filter_text(one, names),
        )
    )


def editor(report: Report, go_to: GoTo) -> None:
    """Draws the sets in force and what adds to one of them, or to another set."""
    with st.popover("Filter", icon=":material/filter_alt:"):
        _sets(report, go_to)
        _addition(report, go_to)
        shared_filters.section(report.state, go_to)


def _sets(report: Report, go_to: GoTo) -> None:
    names = chips.names_of(report.state.filters)
    for position, number in enumerate(_numbers(report.state)):
        if position:
            st.markdown("**or**")
        st.caption(f"Set {number}: all of these hold")
        for one in (each for each in report.state.filters if each.set_number == number):
            with st.container(horizontal=True, vertical_alignment="center"):
                text = filter_text(replace(one, set_number=1), names)
                st.markdown(formats.plain(text), width="stretch")
                key = f"filter.remove.{one.parameter}"
                if st.button("Remove", key=key, icon=":material/close:", type="tertiary"):
                    kept = tuple(each for each in report.state.filters if each != one)
                    go_to(replace(report.state, filters=kept))


def _addition(report: Report, go_to: GoTo) -> None:
    numbers = _numbers(report.state)
    new = next(n for n in range(1, MOST_SETS + 2) if n not in numbers)
    offered = [*numbers, new] if new <= MOST_SETS else numbers
    number = st.segmented_control(
        "Add to", offered, default=offered[0], key=f"filter.set.{len(numbers)}", required=True,
        format_func=lambda n: f"Set {n}" if n in numbers or len(offered) == 1 else "Or: a new set",
    )  # fmt: skip
    name = st.selectbox("Where", known(), key="filter.name", format_func=label)
    operator = st.selectbox("Condition", OPERATORS, key="filter.operator", format_func=words)
    values = [row["value"] for row in data.rows(report_query.values(report, name))]
    picked = st.multiselect(
        "Value",
        values,
        key=f"filter.values.{name}",
        accept_new_options=True,
        select_all=False,
        placeholder="Choose or type",
    )
    if st.button("Add", disabled=not picked):
        added = Filter(name, operator, tuple(picked), int(number or 1))
        go_to(replace(report.state, filters=merged([*report.state.filters, added])))


def _numbers(state: ReportState) -> list[int]:
    return sorted({one.set_number for one in state.filters})
