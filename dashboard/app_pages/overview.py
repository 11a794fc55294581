"""Overview: this month, whether the invoices tie, and where the money goes."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboard import charts, components, data, formats, paying, tables
from dashboard.data import Row
from dashboard.report_controls import report_of
from dashboard.url_state import link
from reporting import queries as report_query
from reporting.query import Query
from reporting.ranges import ONE_DAY, Window, previous, resolve
from reporting.state import Filter, ReportState


def cards(first: date, through: date) -> Query:
    """Month to date beside the same days before, and the last full month."""
    to_date, before = resolve("this_month", first, through), resolve("last_month", first, through)
    same_days = previous("this_month", to_date) or before
    query = data.summary(to_date, same_days, before)
    span = formats.span(same_days.start, same_days.end)
    found = data.rows(query)
    for row in found:
        components.unit_heading(row["unit"], (each["unit"] for each in found))
        with st.container(horizontal=True):
            st.metric(
                f"{formats.month(to_date.start)} to date",
                formats.money(row["to_date"], row["unit"]),
                f"{formats.change(row['change'])} on the same days",
                delta_color="inverse" if row["change"] else "off",
                border=True,
                height="stretch",
                help=f"Usage days {formats.span(to_date.start, to_date.end)}, compared with {span}",
            )
            same = formats.money(row["same_days"], row["unit"])
            st.metric(
                f"Same days, {formats.month(before.start)}",
                same,
                border=True,
                height="stretch",
                help=span,
            )
            whole = formats.money(row["last_month"], row["unit"])
            st.metric(
                f"{formats.month(before.start)}, full month", whole, border=True, height="stretch"
            )
    return query


def bridge(invoices: list[Row]) -> Query | None:
    """The way from the usage of one invoice to what Atlas billed for it."""
    if not invoices:
        st.info("No invoice yet.", icon=":material/receipt_long:")
        return None
    names = {
        row["invoice_id"]: f"{formats.month(row['invoice_month'])}, {row['organization']}"
        + (" (pending)" if row["is_reconciled"] is None else "")
        for row in invoices
    }
    closed = [row["invoice_id"] for row in invoices if row["is_reconciled"] is not None]
    asked = st.query_params.get("id", "")
    start = asked if asked in names else (closed or list(names))[0]
    if asked and asked not in names:
        components.problems(["“id” names no invoice here; the last closed one is shown."])
    ids = list(names)
    chosen = st.selectbox("Invoice", ids, ids.index(start), format_func=names.__getitem__)
    if chosen != start:
        st.query_params["id"] = chosen
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


def by_service(first: date, through: date, last: date) -> Query:
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
    report = report_of(state, first, through, last)
    if step == "month":
        start = max(first.replace(day=1), resolve("last_12_months", first, through).start)
        report = report_query.Report(state, Window(start, through + ONE_DAY), None, last + ONE_DAY)
    query = report_query.series(report, state.top)
    found = components.by_unit(data.rows(query))
    for unit, rows in found.items():
        components.unit_heading(unit, found)
        st.altair_chart(charts.over_time(rows, unit, "cost", "bar", step))
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


st.title("Overview")
first, through, last = components.usage_days()
invoices = components.invoices()
queries: dict[str, Query | None] = {"Cards": cards(first, through)}
components.reconciliation(invoices)
st.subheader("Cost by service")
queries["By service"] = by_service(first, through, last)
left, right = st.columns(2)
with left:
    st.subheader("From usage to billed")
    queries["Bridge"] = bridge(invoices)
    queries["Credit"] = paying.balances()
with right:
    month = resolve("this_month", first, through)
    st.subheader(f"Top resources, {formats.month(month.start)}")
    queries["Resources"] = top_resources(month)
with st.expander("By month, from list price to paid"):
    queries["Months"] = paying.months()
queries["Invoices"] = data.invoices()
components.sql_behind({name: query for name, query in queries.items() if query})
