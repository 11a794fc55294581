"""The overview's cards: this month like for like, and the last one that is over."""

from typing import Any

import streamlit as st

from dashboard import components, data
from reporting import formats, words
from reporting import queries as report_query
from reporting.queries import Report
from reporting.query import Query, Row
from reporting.ranges import DataDays
from reporting.report import report_of
from reporting.state import ReportState


def cards(days: DataDays) -> dict[str, Query]:
    """Month to date like for like, what it is compared with, and the last full month."""
    to_date = report_of(ReportState(range="this_month", group=()), days)
    whole = report_of(ReportState(range="last_month", group=(), compare="none"), days)
    queries = {
        "Cards": report_query.comparison(to_date),
        "Last month": report_query.comparison(whole),
    }
    last = {row["unit"]: row["amount"] for row in data.rows(queries["Last month"])}
    found = {row["unit"]: row for row in data.rows(queries["Cards"])}
    for unit in sorted({*found, *last}):
        components.unit_heading(unit, {*found, *last})
        with st.container(horizontal=True):
            if unit in found:
                _to_date(to_date, found[unit])
            label = f"{formats.month(whole.window.start)}, full month"
            _card(label, formats.money(last.get(unit, 0), unit))
    return queries


def _to_date(report: Report, row: Row) -> None:
    """The month to date, beside the same days of the month before as they were known then."""
    note = words.compared_text(report, row)
    is_compared = report.compared is not None and row["previous"]
    change = f"{formats.change(row['change'])} vs. same days last month" if is_compared else note
    _card(
        f"{formats.month(report.window.start)} to date",
        formats.money(row["amount"], row["unit"]),
        help=f"Usage days {formats.span(report.window.start, report.window.end)}, {note}",
        delta=change,
        delta_color="inverse" if is_compared and row["change"] else "off",
        delta_arrow="auto" if is_compared else "off",
    )
    if report.compared:
        before = formats.money(row["previous"], row["unit"])
        _card(f"Same days, {formats.month(report.compared.start)}", before, help=note)


def _card(label: str, value: str, **options: Any) -> None:  # noqa: ANN401  st.metric's own
    st.metric(label, value, border=True, height="stretch", **options)
