"""Connections: what each may read, what that costs in sight, and what is kept on disk."""

import pandas as pd
import streamlit as st

from dashboard import components, data, storage, tables
from dashboard.downloads import downloads
from dashboard.head import head
from reporting import connections, formats
from reporting.files import Extract
from reporting.query import Query, Row
from reporting.ranges import Window, resolve

STATUS = {
    "connected": ("green", "check_circle", "Connected"),
    "degraded": ("orange", "rule", "Parts are missing"),
    "importing": ("blue", "downloading", "First import under way"),
    "pending": ("gray", "hourglass_empty", "Not refreshed yet"),
    "error": ("red", "error", "Cannot be read"),
}


def card(row: Row, held: Row | None, requests: int | None) -> None:
    """One connection: its state, what it holds, and what is missing of it."""
    colour, icon, word = STATUS.get(row["status"], ("gray", "help", row["status"]))
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(formats.plain(row["connection"]), width="content")
            st.badge(word, icon=f":material/{icon}:", color=colour)  # type: ignore[arg-type]  # a literal of ours
        with st.container(horizontal=True):
            refreshed = formats.age(formats.hours_since(row["last_success_at"]))
            st.metric("Last complete refresh", refreshed)
            st.metric("Data through", formats.day(row["data_through"]))
            if requests is not None:
                st.metric("Requests of the last refresh", formats.count(requests))
            if held:
                st.metric("Invoices", formats.count(held["invoices"]))
                st.metric("Line items", formats.count(held["line_items"]))
                months = (held["first_month"], held["last_month"])
                st.metric("Months", " to ".join(map(formats.month, months)))
        for part in row["missing_parts"]:
            st.markdown(f"- Missing: {formats.plain(part)}")


def permissions(query: Query) -> None:
    """What each connection may read; what it may not comes first, with its loss and its role."""
    rows = data.rows(query)
    tried = [row for row in rows if row["status"] != "not tried"]
    failed = [row for row in tried if row["status"] != "ok"]
    if failed:
        st.warning(
            f"{len(failed)} of {len(tried)} reads did not work at the last refresh. "
            "`atlas-costs check` tries them again now.",
            icon=":material/key_off:",
        )
    else:
        st.caption(
            f"All {len(tried)} kinds of data that were asked for at the last refresh could be "
            "read. Projects that no key can look into, if there are any, are listed below."
        )
    frame = pd.DataFrame([
        {
            "Connection": row["connection"],
            "Reads": row["capability"],
            "Result": row["status"],
            "Lost without it": row["lost"],
            "Role that grants it": row["role"],
            "Atlas said": row["detail"],
        }
        for row in rows
    ])  # fmt: skip
    tables.table(frame, height=tables.height(len(rows)))


def unreadable(month: Window) -> Query:
    """Projects that no key can look into, in money."""
    query = connections.unreadable(month.start, month.end)
    for unit, rows in components.by_unit(data.rows(query)).items():
        st.subheader("Projects whose resources cannot be read")
        amount = formats.plain(formats.money(sum(row["amount"] for row in rows), unit))
        st.caption(
            f"{amount} of {formats.month(month.start)} to date. Their costs are complete; their "
            "clusters, sizes and tags are not known. Give the key Organization Read Only, or "
            "Project Read Only in each; a linked organization needs a connection of its own."
        )
        frame = pd.DataFrame({
            "Project": [row["project"] for row in rows],
            "Organization": [row["organization"] for row in rows],
            "Connection": [row["connection"] for row in rows],
            "Month to date": [tables.shown(row["amount"]) for row in rows],
        })  # fmt: skip
        money = tables.amount_column("Month to date", unit)
        tables.table(frame, column_config={"Month to date": money})
    return query


def insight(query: Query) -> None:
    """Which parts of insight the last refresh made, and which failed."""
    for row in data.rows(query):
        if row["error"]:
            st.error(
                f"{formats.plain(row['part'])} could not be made: {formats.plain(row['error'])}",
                icon=":material/error:",
            )


def disk() -> None:
    """What the data folder takes."""
    st.subheader("On disk")
    with st.container(horizontal=True):
        for name, size in storage.sizes().items():
            st.metric(name, storage.text(size), border=True)


head("Connections", "What each connection may read, and what is missing where it may not.")
held = {row["connection"]: row for row in data.rows(connections.HELD)}
requests = {row["connection"]: row["requests"] for row in data.rows(connections.REQUESTS)}
fresh = data.freshness()
for each in fresh:
    card(each, held.get(each["name"]), requests.get(each["name"]))
insight(connections.INSIGHT)
st.subheader("Permissions")
permissions(connections.PERMISSIONS)
queries = {"Permissions": connections.PERMISSIONS, "Held": connections.HELD}
queries["Requests"] = connections.REQUESTS
if days := data.usage_days():
    queries["Unreadable"] = unreadable(resolve("this_month", days.first, days.through))
disk()
st.caption(
    "`atlas-costs connect --name …` adds a connection, `atlas-costs check` tries every "
    "permission now; docs/connect.md says where to find everything in Atlas."
)
downloads("atlas-permissions", Extract("Permissions", connections.PERMISSIONS))
components.sql_behind(queries)
