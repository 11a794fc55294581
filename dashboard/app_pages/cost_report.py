"""Cost report: any range, cut and filter, with its address as the only state."""

from dataclasses import replace

import streamlit as st

from dashboard import components, data, tables
from dashboard.downloads import report_downloads
from dashboard.head import head
from dashboard.report_controls import controlled_report
from reporting import charts, formats, words
from reporting import queries as report_query
from reporting.queries import Report
from reporting.query import Query, Row


def headline(report: Report, total: Row) -> None:
    """The total, what it is compared with, and the rule of the comparison."""
    state = report.state
    before = None
    if report.compared and total["previous"]:
        amount = charts.amount_text(total["previous"], total["unit"], state.measure)
        before = f"{formats.change(total['change'])} from {amount}"
    st.metric(
        f"Total, {formats.span(report.window.start, report.window.end)}",
        components.total_text(total, state.measure),
        before,
        delta_color="inverse" if total["change"] else "off",
        width="content",
    )
    if report.rule:
        st.caption(formats.plain(words.compared_text(report, total)))


def chart(report: Report, drawn: list[Row], happened: list[Row], unit: str) -> None:
    """The chart of one currency or unit of usage, and what happened to its resources."""
    partials = words.partial_periods(report, drawn)
    over_time = charts.over_time(report, drawn, unit, partials)
    st.altair_chart(charts.with_events(over_time, happened) if happened else over_time)
    components.partial_note(report, partials)
    if happened:
        latest = " · ".join(formats.plain(charts.event_text(row)) for row in happened[-5:])
        number = "1 event" if len(happened) == 1 else f"{len(happened)} events"
        st.caption(f"Marked: {number} of these resources; the latest: {latest}")


def tables_of(report: Report, drawn: list[Row], listed: list[Row], total: Row) -> None:
    """Both tables of one currency, or of one unit of usage."""
    by_group, by_date = st.tabs(["By group", "By date"])
    with by_group:
        tables.groups_table(report, listed, total)
    with by_date:
        tables.dates_table(report, drawn, total["unit"])


def toggles(report: Report) -> None:
    """What the total holds, and by how much credits change it."""
    credit = [
        formats.plain(formats.signed_money(row["amount"], row["unit"]))
        for row in data.rows(report_query.charge_types(report))
        if row["charge_type"] == "credit"
    ]
    shown = "credits" in report.state.show
    where = (
        "in the total"
        if shown
        else 'not in the total; turn on "Credits in the total" under Display'
    )
    st.caption(
        "The total adds usage, support, minimum charges and consulting. Credits of these days: "
        f"{' and '.join(credit) or 'none'} ({where}). Tax, refunds and payments belong to "
        "invoices, not to days: the overview's bridge shows them."
    )


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


head("Cost report")
report, refused = controlled_report(components.usage_days())
components.problems(refused)
components.untied_note(components.invoices(), report.window)

queries = {
    "Table": report_query.comparison(report),
    "Chart": report_query.series(report, report.state.top),
    "Total": report_query.comparison(replace(report, state=replace(report.state, group=()))),
}
if report.is_by_resource:
    queries["Events"] = happenings.events(report)
found = {name: components.by_unit(data.rows(query)) for name, query in queries.items()}
table, series, totals, events = (
    found.get(name, {}) for name in ("Table", "Chart", "Total", "Events")
)

if not totals:
    st.info("No cost matches this range and these filters.", icon=":material/search_off:")
for unit, (total,) in totals.items():
    components.unit_heading(unit, totals)
    headline(report, total)
    if unit in series:
        chart(report, series[unit], events.get(unit, []), unit)
    tables_of(report, series.get(unit, []), table[unit], total)
if totals:
    report_downloads(report)
if report.state.measure == "cost":
    toggles(report)
if report.tag_keys:
    queries["Tags"] = tag_coverage(report)
components.sql_behind(queries)
