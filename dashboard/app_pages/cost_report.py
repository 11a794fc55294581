"""Cost report: any range, cut and filter, with its address as the only state."""

from dataclasses import replace

import streamlit as st

from dashboard import (
    annotations,
    components,
    data,
    report_chart,
    report_parts,
    saved_reports,
    why,
)
from dashboard.downloads import report_downloads
from dashboard.head import head
from dashboard.report_controls import controlled_report, go_to
from dashboard.report_table import dates_table, groups_table, lines_table
from reporting import drill, formats
from reporting import queries as report_query
from reporting.query import Query, Row
from reporting.report import Report

MOST_COURSES = 100


def tables_of(report: Report, unit: str, found: dict[str, list[Row]], total: Row) -> None:
    """The table that was chosen of one currency, or of one unit of usage."""
    if report.state.table == "periods":
        dates_table(report, found["Chart"], unit)
        return
    courses = {row["place"]: row["amounts"] for row in found.get("Trend", [])}
    key = report_chart.key(report, f"table.{unit}")
    row = groups_table(report, found["Table"], total, courses, key)
    if row and row["is_rest"]:
        st.info("These are the groups past the first 500: filter or group to see them.")
    elif row:
        go_to(drill.into_group(report.state, report_chart.ids_of(row)))


def lines(report: Report) -> Query:
    """The lines of invoices that the report is made of."""
    query = drill.lines(report)
    found = components.by_unit(data.rows(query))
    for unit, rows in found.items():
        components.unit_heading(unit, found)
        lines_table(rows, unit)
    if not found:
        st.info("No line of an invoice matches.", icon=":material/search_off:")
    if not report.is_booked:
        st.caption("Lines have what was booked; what Display changes is not in them.")
    return query


head("Cost report")
report, refused = controlled_report(components.usage_days())
components.problems(refused)
report_parts.trail(report, go_to)
components.untied_note(components.invoices(), report.window)

whole = replace(report, state=replace(report.state, group=()))
queries: dict[str, Query] = {"Total": report_query.comparison(whole)}
totals = components.by_unit(data.rows(queries["Total"]))
totals = report_parts.one_unit(report, totals, go_to)
if totals:
    queries["Chart"] = report_query.series(report, report.state.top)
    if report.state.table == "groups":
        queries["Table"] = report_query.comparison(report)
        if report.groups:
            queries["Trend"] = report_query.courses(report, MOST_COURSES)
found = {name: components.by_unit(data.rows(query)) for name, query in queries.items()}
others = report_chart.beside(report)
queries |= others.queries
if not totals:
    ahead = report_parts.ahead(report)
    if ahead is None:
        st.info("No cost matches this range and these filters.", icon=":material/search_off:")
    else:
        queries["Expected"] = ahead

explained = bool(totals) and why.can_say(report)
left, right = st.columns([2.4, 1], gap="medium") if explained else (st.container(), None)
for unit, (total,) in totals.items():
    with left:
        components.unit_heading(unit, totals)
        report_parts.headline(report, total, others.of("Forecast", unit))
        if rows := found["Chart"].get(unit):
            report_chart.chart(report, rows, unit, others, go_to)

if totals:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        report_parts.table_choice(report, go_to)
        report_parts.more_groups(report, found["Chart"], go_to)
        annotations.editor(report)
        saved_reports.save_menu(report.state, key="report")
        report_downloads(report)
    if report.state.table == "lines":
        queries["Lines"] = lines(report)
    else:
        for unit, (total,) in totals.items():
            components.unit_heading(unit, totals)
            parts = {name: by_unit.get(unit, []) for name, by_unit in found.items()}
            tables_of(report, unit, parts, total)
report_parts.total_says(report)
if report.tag_keys:
    queries["Tags"] = report_parts.tag_coverage(report)
if right:
    with right:
        queries |= why.waterfall_when_asked(whole, totals)
elif totals and report.compared:
    st.caption(formats.plain(why.why_not(report)))
components.sql_behind(queries)
