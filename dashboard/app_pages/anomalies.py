"""Anomalies: what cost more than expected, and what people think of it."""

from typing import Any

import streamlit as st

from dashboard import (
    anomaly_detail,
    anomaly_tables,
    components,
    data,
    row_links,
    saying,
    tables,
)
from dashboard.address import Address
from dashboard.downloads import downloads
from dashboard.head import head
from dashboard.selection import selectable
from reporting import anomalies, connections, formats
from reporting.files import Extract
from reporting.query import Row
from reporting.ranges import DataDays

VIEWS = {
    "recent": "Last 30 days",
    "open": "Open",
    "explained": "Explained or acknowledged",
    "changes": "Changes by month",
    "feedback": "Feedback",
}
NONE = ("There is none.", "Nothing is going on or ended in the last 30 days.")
DAY = st.column_config.DateColumn(format="D MMM YYYY")
SCOPE, STATUS = (st.column_config.TextColumn(width=width) for width in (190, 285))


def money_columns(unit: str) -> dict[str, Any]:
    """The columns of amounts that tables of anomalies may have."""
    return {name: tables.amount_column(name, unit) for name in anomaly_tables.AMOUNTS}


def listed(found: list[Row], pending: dict[str, str], view: str) -> None:
    """The anomalies of a view; a click opens one."""
    rows = anomaly_tables.of_view(found, view)
    if not rows:
        st.info(NONE[view == "recent"], icon=":material/check_circle:")
        return
    st.caption("Choose a row to see its days and to say what it is.")
    for unit, ours in components.by_unit(rows).items():
        components.unit_heading(unit, (row["unit"] for row in rows))
        if view == "open":
            with st.container(horizontal=True):
                for label, cents in anomaly_tables.sums(ours).items():
                    st.metric(f"{label}: over expected", formats.money(cents, unit))
        key = f"anomalies.{view}.{unit}"
        selectable(
            anomaly_tables.listed(ours, pending),
            [row["anomaly_id"] for row in ours],
            "",
            height=tables.height(len(ours), row_px=tables.THREE_LINES_PX),
            row_height=tables.THREE_LINES_PX,
            column_config=money_columns(unit) | {"Since": DAY, "Scope": SCOPE, "Status": STATUS},
            key=key,
        )
    downloads(f"atlas-anomalies-{view}", Extract(VIEWS[view], anomalies.of_view(view)))


def changes(found: list[Row], month: str, days: DataDays) -> None:
    """Plain comparisons with the month before, as config/insight.yaml asks for them."""
    rows = [row for row in found if f"{row['usage_month']:%Y-%m}" == month]
    if rows:
        st.caption(anomaly_tables.rule(rows[0]))
    report = st.column_config.TextColumn(help=row_links.HELP)
    for unit, ours in components.by_unit(rows).items():
        components.unit_heading(unit, (row["unit"] for row in rows))
        row_links.table(
            anomaly_tables.alerts(ours, days.through),
            {"Report": [anomaly_tables.report(row, days.through) for row in ours]},
            key=f"anomalies.changes.{unit}",
            height=tables.height(len(ours)),
            column_config=money_columns(unit)
            | {"Change %": tables.change_column("Change %"), "Report": report},
        )
    if rows:
        query = anomalies.alerts_of(rows[0]["usage_month"])
        downloads(f"atlas-changes-{month}", Extract(VIEWS["changes"], query))


def feedback(rows: list[Row]) -> None:
    """All that was said, as the last refresh read it."""
    if not rows:
        st.info("Nothing was said of any anomaly yet.", icon=":material/forum:")
        return
    for unit, ours in components.by_unit(rows).items():
        components.unit_heading(unit, (row["unit"] for row in rows))
        tables.table(
            anomaly_tables.said(ours),
            height=tables.height(len(ours)),
            column_config={"Over expected": tables.amount_column("Over expected", unit)},
        )
    downloads("atlas-anomaly-feedback", Extract(VIEWS["feedback"], anomalies.FEEDBACK))


head(
    "Anomalies",
    "Usage that cost more than expected from the weeks before it, and what changed from one "
    "month to the next, up or down.",
)
days = components.usage_days()
address = Address("anomalies")
queries = {"Anomalies": anomalies.ANOMALIES, "Feedback": anomalies.FEEDBACK}
found, said = (data.rows(query) for query in queries.values())
for row in data.rows(connections.INSIGHT):
    if row["part"] == "anomalies" and row["error"]:
        st.error(formats.plain(f"The last refresh could not look for all of them: {row['error']}"))
chosen = next((row for row in found if row["anomaly_id"] == address.plain("id")), None)
if chosen:
    address.plain("show")
    address.done()
    pending = saying.pending_verdicts(said)
    queries["Days"] = anomaly_detail.detail(chosen, pending, days)
    anomaly_detail.judge(chosen)
else:
    if address.plain("id"):
        address.refuse("No anomaly has this id; showing all of them.")
    st.markdown(f"**{formats.plain(anomaly_tables.now_text(found))}**")
    view = address.choice("show", "Show", VIEWS, is_short=True, label_visibility="collapsed")
    if view == "changes":
        queries["Changes"] = anomalies.ALERTS
        alerts = data.rows(anomalies.ALERTS)
        months = {
            f"{row['usage_month']:%Y-%m}": formats.month(row["usage_month"]) for row in alerts
        }
        if months:
            changes(alerts, address.choice("month", "Month", months, width=160), days)
        else:
            st.info("Nothing changed enough for an alert.", icon=":material/check_circle:")
    address.done()
    if view == "feedback":
        feedback(said)
    elif view != "changes":
        listed(found, saying.pending_verdicts(said), view)
components.sql_behind(queries)
