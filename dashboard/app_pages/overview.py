"""Overview: this month, whether the invoices match Atlas, and where the money goes."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import components, data, paying, tables
from dashboard.cards import cards
from dashboard.head import head
from reporting import bill, charts, formats, words
from reporting import queries as report_query
from reporting.query import Query, Row
from reporting.ranges import ONE_DAY, DataDays, Window, resolve
from reporting.report import report_of
from reporting.state import Filter, ReportState
from reporting.url_state import link


def bridge(invoices: list[Row]) -> Query | None:
    """The way from the usage of one invoice to what Atlas billed for it."""
    if not invoices:
        st.info("No invoice yet.", icon=":material/receipt_long:")
        return None
    names = {
        row["invoice_id"]: f"{formats.month(row['invoice_month'])}, {row['organization']}"
        + (" (pending)" if row["is_pending"] else "")
        for row in invoices
    }
    pending = {row["invoice_id"] for row in invoices if row["is_pending"]}
    closed = [each for each in names if each not in pending]
    asked = st.query_params.get("id", "")
    start = asked if asked in names else (closed or list(names))[0]
    if asked and asked not in names:
        components.problems(["No invoice has this “id”; showing the last closed one."])
    ids = list(names)
    chosen = st.selectbox("Invoice", ids, ids.index(start), format_func=names.__getitem__)
    if chosen != start:
        st.query_params["id"] = chosen
    if chosen in pending:
        st.caption("Pending: Atlas is still billing this month, so no step is final.")
    query = data.bridge(chosen)
    if rows := data.rows(query):
        st.altair_chart(charts.bridge(rows))
        frame = pd.DataFrame({
            "Step": [charts.step_name(row["step"]) for row in rows],
            "Amount": [tables.shown(row["amount"]) for row in rows],
        })  # fmt: skip
        amount = tables.amount_column("Amount", rows[0]["unit"])
        st.dataframe(frame, hide_index=True, column_config={"Amount": amount})
    return query


def by_service(days: DataDays) -> Query:
    """Cost by service, month by month or day by day."""
    options = {"month": "By month", "day": "By day"}
    asked = st.query_params.get("bin", "month")
    step = st.segmented_control(
        "Step", options, default=asked if asked in options else "month", required=True,
        format_func=options.__getitem__, label_visibility="collapsed",
    )  # fmt: skip
    if step != asked:
        st.query_params["bin"] = step
    state = ReportState(range="this_month", bin=step, compare="none", top=8)
    report = report_of(state, days)
    if step == "month":
        start = max(days.first, resolve("last_12_months", days.first, days.through).start)
        report = replace(report, window=Window(start, days.through + ONE_DAY))
    query = report_query.series(report, state.top)
    found = components.by_unit(data.rows(query))
    for unit, rows in found.items():
        components.unit_heading(unit, found)
        partials = words.partial_periods(report, rows)
        st.altair_chart(charts.over_time(report, rows, unit, partials))
        components.partial_note(report, partials)
    return query


def top_resources(month: Window) -> Query:
    """The dearest resources of the month, each with a link to its report."""
    query = data.top_resources(month)
    found = components.by_unit(data.rows(query))
    for unit, rows in found.items():
        components.unit_heading(unit, found)
        frame = pd.DataFrame({
            "Resource": [row["resource"] for row in rows],
            "Type": [row["resource_type"] for row in rows],
            "Project": [row["project"] for row in rows],
            "Cost": [tables.shown(row["amount"]) for row in rows],
            "Report": [_report(row) for row in rows],
        })  # fmt: skip
        st.dataframe(frame, hide_index=True, column_config={
            "Cost": tables.amount_column("Cost", unit),
            "Report": st.column_config.LinkColumn(display_text="Open"),
        })  # fmt: skip
    return query


def _report(row: Row) -> str:
    one = Filter("resource", "is", (row["resource_id"],))
    return link(ReportState(group=("category",), filters=(one,)))


head("Overview")
days = components.usage_days()
invoices = components.invoices()
queries: dict[str, Query | None] = dict(cards(days))
components.reconciliation(invoices)
st.subheader("Cost by service")
queries["By service"] = by_service(days)
left, right = st.columns(2)
with left:
    st.subheader("From usage to billed")
    queries["Bridge"] = bridge(invoices)
    queries["Credit"] = paying.balances()
with right:
    month = resolve("this_month", days.first, days.through)
    st.subheader(f"Top resources, {formats.month(month.start)}")
    queries["Resources"] = top_resources(month)
with st.expander("By month, from list price to paid"):
    queries["Months"] = paying.months()
queries["Invoices"] = bill.INVOICES
components.sql_behind({name: query for name, query in queries.items() if query})
