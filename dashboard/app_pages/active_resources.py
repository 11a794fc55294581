"""Active resources: what Atlas lists or bills now, and what each costs."""

import pandas as pd
import streamlit as st

from dashboard import components, data, resource_totals, tables
from dashboard.downloads import downloads
from dashboard.head import head
from dashboard.resource_file import resource_file
from dashboard.resource_filters import STATUS, filters
from reporting import formats
from reporting.query import Row
from reporting.ranges import resolve


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


head("Active resources")
chosen, refused = filters()
components.problems(refused)
days = data.usage_days()
if days:
    window = resolve("last_30_days", days.first, days.through)
    components.untied_note(components.invoices(), window)
query = data.active_resources(chosen)
found = data.rows(query)
resource_totals.cards(found)
if not found:
    st.info("No resource matches these filters.", icon=":material/search_off:")
for unit, rows in components.by_unit(found).items():
    components.unit_heading(unit, (row["unit"] for row in found))
    table(rows, unit)
if found:
    downloads("atlas-active-resources", resource_file(found))
queries = {"Resources": query}
if days and not chosen:
    queries["Not in this list"] = resource_totals.outside(found, days)
components.sql_behind(queries)
