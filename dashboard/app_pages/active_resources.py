"""Active resources: what Atlas lists or bills now, what each costs, and what is gone."""

import pandas as pd
import streamlit as st

from dashboard import components, data, figures, resource_list, resource_rest, row_links, tables
from dashboard.address import Address
from dashboard.downloads import downloads
from dashboard.filter_box import filter_box
from dashboard.head import head
from dashboard.resource_file import file_of
from reporting import formats, resources
from reporting.query import Query, Row
from reporting.ranges import DataDays, resolve
from reporting.state import Filter

VIEWS = {"list": "Resources", "types": "By type", "deleted": "Deleted"}


def cards(rows: list[Row]) -> None:
    """What the resources of each currency cost, and how much of it nobody looks after."""
    for unit, found in components.by_unit(rows).items():
        components.unit_heading(unit, (row["unit"] for row in rows))
        figures.row_of(resource_list.cards(found, unit))
    if hidden := resource_list.flagged(rows, resources.UNREADABLE):
        projects = sorted({str(row["project_name"] or row["project_id"]) for row in hidden})
        st.caption(
            f":material/visibility_off: Unreadable: {formats.plain(', '.join(projects))}. The key "
            "lacks **Project Read Only** there, or the organization needs a connection of its own "
            "(docs/connect.md)."
        )


def arranged(view: str) -> tuple[str, tuple[str, ...]]:
    """What the list is sorted by, and its columns; other views keep them in the address."""
    if view != "list":
        return address.plain("sort"), address.values("columns")
    sort = address.choice(
        "sort", "Sort by", resource_list.SORTS, width=260, label_visibility="collapsed"
    )
    with st.popover("Columns", icon=":material/view_column:"):
        headings = {name: title for name, (title, _) in resource_list.COLUMNS.items()}
        return sort, address.several(
            "columns", "Columns, in order; none shows the usual ones", headings
        )


def listed(rows: list[Row], columns: tuple[str, ...], days: DataDays | None) -> Query | None:
    """The list, each resource with its last 30 days."""
    trends, query = {}, None
    if days and "trend" in columns:
        window = resolve("last_30_days", days.first, days.through)
        query = resources.trends(window)
        trends = {
            (row["resource_id"], row["unit"]): resource_list.trend(
                row["days"], row["cents"], window
            )
            for row in data.rows(query)
        }
    for unit, found in components.by_unit(rows).items():
        components.unit_heading(unit, (row["unit"] for row in rows))
        of_unit = {name: each for (name, currency), each in trends.items() if currency == unit}
        resource_list.draw(found, columns, unit, of_unit)
    return query


def deleted(chosen: tuple[Filter, ...]) -> Query:
    """What is gone: when, what it was, and what it cost in all."""
    query = resources.deleted(chosen)
    every = data.rows(query)
    found = components.by_unit(every)
    if every:
        downloads("atlas-deleted-resources", file_of("Deleted resources", every))
    else:
        st.info("Nothing that was billed is gone under these filters.", icon=":material/inbox:")
    for unit, rows in found.items():
        components.unit_heading(unit, found)
        row_links.table(
            resource_rest.deleted_frame(rows),
            {"Name": list(map(row_links.resource, rows))},
            key=f"resources.deleted.{unit}",
            height=tables.height(len(rows)), column_config=resource_rest.deleted_columns(unit),
        )  # fmt: skip
    st.caption(
        "A cluster is gone from the refresh in which Atlas listed it no more; before the first "
        "refresh, and where the key cannot read the project, from the day after its last on the "
        "bill. Anything else is gone when it is billed no more."
    )
    return query


def outside(every: list[Row], shown: list[Row], days: DataDays) -> Query:
    """What the month's total has beside the rows shown: the filtered, and the unlisted."""
    query = resources.beside(resolve("this_month", days.first, days.through))
    found = components.by_unit(data.rows(query))
    here, all_of = components.by_unit(shown), components.by_unit(every)
    for unit in sorted({*found, *all_of}):
        lines = resource_rest.beside(
            all_of.get(unit, []), here.get(unit, []), found.get(unit, []), unit
        )
        st.subheader("Billed, but not in this list")
        st.caption(lines.sentence)
        if lines.rows:
            tables.table(
                pd.DataFrame(lines.rows), height="content",
                column_config={"Month to date": tables.amount_column("Month to date", unit)},
            )  # fmt: skip
    return query


head(
    "Active resources", "What Atlas lists or bills now, and what each costs. A name opens its page."
)
address = Address("resources")
suggested = [(row["dimension"], row["value"]) for row in data.rows(resources.offered())]
chosen = filter_box(address, resources.DIMENSIONS, suggested)
days = data.usage_days()
query = resources.active(chosen)
every, rows = data.rows(resources.active()), data.rows(query)
cards(rows)
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = address.choice("view", "View", VIEWS, is_short=True, label_visibility="collapsed")
    sort, picked = arranged(view)
    if view != "deleted" and rows:
        downloads("atlas-active-resources", file_of("Active resources", rows))
address.done()
queries: dict[str, Query | None] = {"Resources": query}
if view == "deleted":
    queries["Deleted"] = deleted(chosen)
elif not rows:
    st.info("No resource matches these filters. Remove one.", icon=":material/search_off:")
elif view == "types":
    resource_rest.types(rows)
else:
    columns = resource_list.with_name(picked)
    queries["Last 30 days"] = listed(resource_list.in_order(rows, sort), columns, days)
if days and view != "deleted":
    queries["Not in this list"] = outside(every, rows, days)
    window = resolve("last_30_days", days.first, days.through)
    components.untied_note(components.invoices(), window)
components.sql_behind({name: each for name, each in queries.items() if each})
