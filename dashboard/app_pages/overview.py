"""Overview: what this month costs and will cost, what moved it, and what needs attention."""

from dataclasses import replace

import streamlit as st

from dashboard import attention, bars, cards, components, data, pace, paying
from dashboard.design import AXIS_TEXT
from dashboard.downloads import downloads
from dashboard.drawing import draw, ground
from dashboard.head import head
from dashboard.navigation import page_link
from orchestration.settings import load_settings
from reporting import anomalies, bill, connections, formats, overview, savings
from reporting import queries as report_query
from reporting.causes import cause_text
from reporting.files import Extract
from reporting.queries import Report
from reporting.query import Query, Row
from reporting.ranges import DataDays
from reporting.report import report_of
from reporting.state import Filter, ReportState
from reporting.url_state import link

MOST = 5
FILES = ("Month to date", "What changed", "Pace", "By project", "By service", "Top clusters")
BARS = {"project": "By project", "service": "By service", "resource": "Top clusters"}


def movers(report: Report, rows: list[Row]) -> None:
    """What moved the month, with its cause; in sum what the card says."""
    st.markdown("**What changed**")
    if report.compared is None:
        st.caption(formats.plain(report.rule))
    elif not rows:
        st.caption("Nothing costs more or less than in the same days of last month.")
    with st.container(gap="xsmall"):
        for row in rows:
            mover(row)


def mover(row: Row) -> None:
    """One mover, which leads to its cost report."""
    amount = f"**{formats.plain(formats.signed_money(row['amount'], row['unit']))}**"
    if row["is_rest"]:
        st.markdown(f"{amount} everything else ({row['members']})")
        return
    where = Filter(row["filter_name"], "is", (row["filter_value"],))
    href = link(ReportState(group=("sku",), filters=(where,)))
    name, why = formats.plain(row["what"]), formats.plain(cause_text(row))
    page_link(f"{amount} {name}: {why}", href)


def part(dimension: str, rows: list[Row], unit: str) -> None:
    """One total's parts as bars that lead to their cost reports."""
    title = BARS[dimension]

    def of(row: Row) -> str:
        if row["is_rest"]:
            return link(ReportState(group=(dimension,), top=25))
        value = row.get("id") or row["label_1"]
        return link(ReportState(group=("sku",), filters=(Filter(dimension, "is", (value,)),)))

    st.markdown(f"**{title}**")
    draw(bars.chart(rows, unit, of, AXIS_TEXT[ground()]), bars.sentence(rows, unit, title))


def parts(report: Report) -> dict[str, Query]:
    """The month to date by project and service, and its dearest clusters."""
    alone = replace(report, compared=None)
    asked = {
        dimension: report_query.comparison(
            replace(alone, state=replace(alone.state, group=(dimension,))), MOST
        )
        for dimension in ("project", "service")
    }
    asked["resource"] = overview.top_clusters(report.window, MOST)
    found = {name: components.by_unit(data.rows(query)) for name, query in asked.items()}
    units = sorted(set().union(*found.values()))
    for unit in units:
        components.unit_heading(unit, units)
        for column, (dimension, rows) in zip(st.columns(3), found.items(), strict=True):
            with column:
                if unit in rows:
                    part(dimension, rows[unit], unit)
    return {BARS[name]: query for name, query in asked.items()}


def needs_attention(report: Report, days: DataDays, invoices: list[Row]) -> dict[str, Query]:
    """The list of what to look at."""
    required = tuple(load_settings().required_tag_keys)
    asked = {
        "Anomalies": anomalies.ANOMALIES,
        "Savings": savings.SUMS,
        "Budgets": overview.budgets(report.window.start),
        "Untagged": overview.untagged(report.window, required),
        "Not readable": connections.unreadable(report.window.start, report.window.end),
        "Parts": connections.INSIGHT,
    }
    found = {name: data.rows(query) for name, query in asked.items()}
    st.subheader("Needs attention")
    attention.show(attention.ordered([
        *attention.anomalies(found["Anomalies"], days.through),
        *attention.open_savings(found["Savings"]),
        *attention.budgets(found["Budgets"]),
        *attention.untagged(found["Untagged"], report.window),
        *attention.unreadable(found["Not readable"]),
        *attention.untied(invoices),
        *attention.data_faults(data.rows(bill.FRESHNESS), found["Parts"]),
    ]))  # fmt: skip
    return asked


head("Overview")
days = components.usage_days()
report = report_of(ReportState(range="this_month", group=()), days)
queries = cards.queries(report, days)
months = cards.months(queries)
queries["Pace"] = overview.pace(days)
paces = components.by_unit(data.rows(queries["Pace"]))
changes: dict[str, list[Row]] = {}
if report.compared:
    queries["What changed"] = overview.movers(report.window.start, report.compared, MOST)
    changes = components.by_unit(data.rows(queries["What changed"]))
for month in months:
    components.unit_heading(month.unit, (each.unit for each in months))
    cards.cards(report, month, days)
    left, right = st.columns([3, 2])
    with left:
        drawn = paces.get(month.unit, [])
        if drawn:
            chart = pace.chart(drawn, month.forecast, month.unit)
            draw(chart, pace.sentence(drawn, month.forecast, month.unit))
    with right:
        movers(report, changes.get(month.unit, []))
invoices = components.invoices()
queries |= needs_attention(report, days, invoices)
st.subheader(f"Where {formats.month(report.window.start)} went")
queries |= parts(report)
downloads("atlas-overview", [Extract(name, queries[name]) for name in FILES if name in queries])
components.reconciliation(invoices)
queries["Credit"] = paying.balances()
queries["Invoices"] = bill.INVOICES
components.sql_behind(queries)
