"""What active resources cost together, and what else is in the total of the month."""

import pandas as pd
import streamlit as st

from dashboard import components, data, tables
from reporting import formats
from reporting.query import Query, Row
from reporting.ranges import DataDays, resolve

AMOUNTS = {
    "month_to_date": "Month to date", "last_30_days": "Last 30 days",
    "projected_month": "Projected month",
}  # fmt: skip


def cards(rows: list[Row]) -> None:
    """How many there are, and what they cost by currency."""
    with st.container(horizontal=True):
        st.metric("Resources", f"{len(rows):,}", border=True)
        listed = sum(row["listing_status"] == "active" for row in rows)
        st.metric("Listed by Atlas", f"{listed:,}", border=True)
        st.metric("Not listed or not readable", f"{len(rows) - listed:,}", border=True)
    for unit, found in components.by_unit(rows).items():
        components.unit_heading(unit, (row["unit"] for row in rows))
        with st.container(horizontal=True):
            for name, label in AMOUNTS.items():
                st.metric(label, formats.money(_sum(found, name), unit), border=True)
        _unreadable(found, unit)


def _sum(rows: list[Row], name: str) -> int:
    return sum(row[name] or 0 for row in rows)


def _unreadable(rows: list[Row], unit: str) -> None:
    """What cannot be read, in money, and the role that would mend it."""
    hidden = [row for row in rows if row["listing_status"] == "no_project_access"]
    if hidden:
        amount = formats.plain(formats.money(_sum(hidden, "month_to_date"), unit))
        projects = sorted({str(row["project_name"] or row["project_id"]) for row in hidden})
        st.warning(
            f"{amount} of the month is in projects whose resources cannot be read: "
            f"{formats.plain(', '.join(projects))}. The key lacks Project Read Only there; "
            "Organization Read Only has it for all projects. A linked organization needs a "
            "connection of its own (docs/connect.md).",
            icon=":material/visibility_off:",
        )


def outside(rows: list[Row], days: DataDays) -> Query:
    """What the month to date holds beside these resources, and that both are the total."""
    query = data.not_in_list(resolve("this_month", days.first, days.through))
    found = components.by_unit(data.rows(query))
    listed = components.by_unit(rows)
    for unit in sorted({*found, *listed}):
        beside, inside = found.get(unit, []), _sum(listed.get(unit, []), "month_to_date")
        st.subheader("In the month to date, but not in this list")
        amounts = [inside, _sum(beside, "amount"), inside + _sum(beside, "amount")]
        here, there, total = (formats.plain(formats.money(each, unit)) for each in amounts)
        st.caption(f"{here} in this list and {there} beside it make the total, {total}.")
        if beside:
            _beside(beside, unit)
    return query


def _beside(rows: list[Row], unit: str) -> None:
    frame = pd.DataFrame([
        {
            "Cost": row["label"],
            "Why": WHY[row["is_of_organization"]],
            "Month to date": tables.shown(row["amount"]),
        }
        for row in rows
    ])  # fmt: skip
    columns = {"Month to date": tables.amount_column("Month to date", unit)}
    st.dataframe(frame, hide_index=True, column_config=columns)


WHY = {
    True: "charged to the organization, not to a resource",
    False: "not listed by Atlas and not billed in the last three days",
}
