"""Active resources: what Atlas lists or bills now, and what each costs."""

import pandas as pd
import streamlit as st

from dashboard import components, data, formats, tables, url_state
from dashboard.data import Row
from reporting import dimensions
from reporting.dimensions import RESOURCE_DIMENSIONS
from reporting.ranges import resolve
from reporting.state import Filter

OFFERED = ("project", "resource_type", "region", "cloud_provider", "state", "listing_status")
STATUS = {
    "active": "active",
    "billed_not_listed": "billed, no longer listed",
    "no_project_access": "project not readable",
}
_WRITTEN = "resources.written"


def filters() -> tuple[tuple[Filter, ...], list[str]]:
    """The filters that the controls and the address agree on."""
    address = components.address()
    asked, refused = url_state.parse_filters(address, RESOURCE_DIMENSIONS)
    if st.session_state.get(_WRITTEN) != address or "resources.project" not in st.session_state:
        simple = {one.dimension: list(one.values) for one in asked if is_simple(one)}
        for name in OFFERED:
            st.session_state[f"resources.{name}"] = simple.get(name, [])
        tags = [(one.dimension[4:], value) for one in asked if is_tag(one) for value in one.values]
        st.session_state["resources.tags"] = tags
    with st.container(horizontal=True):
        chosen = [_choice(name) for name in OFFERED]
        picked = st.session_state["resources.tags"]
        known = list(dict.fromkeys([*data.resource_tags(), *picked]))
        tags = st.multiselect("Tag", known, key="resources.tags", format_func="=".join, width=165)
    others = [one for one in asked if not is_simple(one) and not is_tag(one)]
    result = _together([*chosen, *map(_tag, tags), *others])
    st.session_state[_WRITTEN] = url_state.filter_params(result)
    if address != st.session_state[_WRITTEN]:
        st.query_params.from_dict(st.session_state[_WRITTEN])
    return result, refused


def is_simple(one: Filter) -> bool:
    """Whether a control of this page can show a filter."""
    return one.dimension in OFFERED and one.operator == "is" and one.set_number == 1


def is_tag(one: Filter) -> bool:
    """Whether the tag control can show a filter."""
    return one.dimension.startswith("tag:") and one.operator == "is" and one.set_number == 1


def _choice(name: str) -> Filter:
    key = f"resources.{name}"
    known = list(dict.fromkeys([*data.resource_values(name), *st.session_state[key]]))
    label = dimensions.RESOURCE_DIMENSIONS[name].label
    picked = st.multiselect(
        label, known, key=key, format_func=lambda value: STATUS.get(value, value), width=165
    )
    return Filter(name, "is", tuple(picked))


def _tag(pair: tuple[str, str]) -> Filter:
    return Filter(f"tag:{pair[0]}", "is", (pair[1],))


def _together(found: list[Filter]) -> tuple[Filter, ...]:
    return url_state.merged(one for one in found if one.values)


def counts(rows: list[Row]) -> None:
    """How many there are, and what they cost by currency."""
    with st.container(horizontal=True):
        st.metric("Resources", f"{len(rows):,}", border=True)
        listed = sum(row["listing_status"] == "active" for row in rows)
        st.metric("Listed by Atlas", f"{listed:,}", border=True)
        st.metric("Not listed or not readable", f"{len(rows) - listed:,}", border=True)


def table(rows: list[Row], unit: str) -> None:
    """One currency's resources, the dearest first."""
    frame = pd.DataFrame([
        {
            "Resource": row["resource_name"],
            "Type": row["resource_type"],
            "Project": row["project_name"],
            "Month to date": tables.shown(row["month_to_date"]),
            "Last 30 days": tables.shown(row["last_30_days"]),
            "Projected month": tables.shown(row["projected_month"]),
            "Region": row["region"],
            "Size": row["instance_size"],
            "State": "PAUSED" if row["paused"] else row["state"],
            "Listing": STATUS.get(row["listing_status"], row["listing_status"]),
            "Provider": row["cloud_provider"],
            "Nodes": row["nodes"],
            "Disk GB": None if row["disk_gb"] is None else float(row["disk_gb"]),
            "Version": row["mongodb_version"],
            "Backup": row["backup_enabled"],
            "PIT": row["pit_enabled"],
            "Tags": row["tag_text"],
            "Created": row["created_at"],
            "Id": row["resource_id"],
        }
        for row in rows
    ])  # fmt: skip
    money = ("Month to date", "Last 30 days", "Projected month")
    columns = {name: tables.amount_column(name, unit) for name in money}
    listing = st.column_config.TextColumn("Listing", width="medium")
    created = st.column_config.DateColumn("Created", format="D MMM YYYY")
    pinned = st.column_config.TextColumn("Resource", pinned=True)
    st.dataframe(
        frame,
        hide_index=True,
        placeholder=formats.ABSENT,
        column_config=columns | {"Created": created, "Resource": pinned, "Listing": listing},
    )


st.title("Active resources")
chosen, refused = filters()
components.problems(refused)
if days := data.usage_days():
    window = resolve("last_30_days", days.first, days.through)
    components.untied_note(components.invoices(), window)
query = data.active_resources(chosen)
found = data.rows(query)
counts(found)
if not found:
    st.info("No resource matches these filters.", icon=":material/search_off:")
for unit, rows in components.by_unit(found).items():
    components.unit_heading(unit, (row["unit"] for row in found))
    table(rows, unit)
if found:
    st.download_button(
        "CSV",
        lambda: tables.resources_csv(found),
        "atlas-active-resources.csv",
        "text/csv",
        icon=":material/download:",
    )
components.sql_behind({"Resources": query})
