"""Tables of budgets, and what is said beneath a budget's charts."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import budgeting, data, navigation, row_links, tables
from dashboard.budget_charts import indented
from dashboard.selection import selectable
from reporting import budgets as questions
from reporting import formats
from reporting.budgets import UNBUDGETED
from reporting.query import Query, Row
from reporting.ranges import Window

_AMOUNTS = {
    "Amount": "budgeted", "Spent": "actual", "Plan to date": "plan_to_date",
    "Plan by forecast": "plan_by_forecast", "Month end": "forecast",
}  # fmt: skip


def listed(rows: Sequence[tuple[int, Row]], chosen: str, unit: str) -> None:
    """Every budget of a month; a click on one opens it below."""
    frame = pd.DataFrame([_line(depth, row) for depth, row in rows])
    day = st.column_config.DateColumn("Exceeds on", format="D MMM YYYY")
    used = tables.share_column("Used")
    selectable(
        frame, [row["budget"] for _, row in rows], chosen, key=f"budgets.{unit}",
        height=tables.height(len(frame)),
        column_config={title: tables.amount_column(title, unit) for title in _AMOUNTS}
        | {"Exceeds on": day, "Used": used},
    )  # fmt: skip
    st.caption(
        "Click on a budget to open it below. The tick in a bar is the plan to date if each day may "
        "spend as much; “plan by forecast” spreads the budget as the forecast spreads the month. "
        "The lighter part of a bar is still to come; a bar of more than 200% is cut there. A "
        "parent's costs include its children's, each once."
    )


def _line(depth: int, row: Row) -> Row:
    return {
        "Budget": indented(depth, row["budget"]),
        "Status": row["status"],
        **{title: tables.shown(row[name]) for title, name in _AMOUNTS.items()},
        "Used": row["used_share"],
        "Exceeds on": row["exceeds_on"],
        "Owner": row["owner"],
    }


def costs(rows: Sequence[Row], row: Row, month: Window, unit: str) -> None:
    """The projects and services that a budget's costs are of, each with its report."""
    st.markdown("**What it is spent on**")
    if not rows:
        st.caption("No cost of this month is in it.")
        return
    report = None if row["budget"] == UNBUDGETED else row["report"]
    frame = pd.DataFrame([
        {
            "Project": each["project"], "Service": each["service"],
            "Cost": tables.shown(each["amount"]),
            "Share": each["amount"] / row["actual"] if row["actual"] else None,
            "Report": row_links.OPEN,
        }
        for each in rows
    ])  # fmt: skip
    row_links.table(
        frame, {"Report": [budgeting.cost_link(report, each, month) for each in rows]},
        key=f"budgets.costs.{row['budget']}.{unit}", height=tables.height(min(len(frame), 12)),
        column_config={
            "Cost": tables.amount_column("Cost", unit),
            "Share": tables.share_column("Share"),
            "Report": st.column_config.TextColumn(help=row_links.HELP),
        },
    )  # fmt: skip
    if report is not None:
        navigation.page_link("All of it in the cost report", budgeting.report_link(report, month))
    elif row["budget"] != UNBUDGETED:
        st.caption(
            "The cost report has no filter for this budget's conditions (regex or flexible): its "
            "links show all costs of the project and service."
        )


def band_note(row: Row, band: Row | None, unit: str) -> None:
    """What is expected at the month's end, and how sure that is."""
    if not row["is_running"] or row["forecast"] is None:
        return
    text = f"Month end, as expected: {formats.money(row['forecast'], unit)}"
    # nothing that it is about was ever charged
    if row["forecast_basis"]:
        text += f" ({row['forecast_basis']})"
    if band is None:
        text += ". Only a budget of a whole organization, project, service or resource has a band"
    else:
        low, high = (formats.money(band[f"{end}_80"], unit) for end in ("low", "high"))
        text += f", in 80 of 100 cases between {low} and {high}"
    st.caption(formats.plain(f"{text}."))


def unbudgeted(rows: Sequence[Row], month: Window, unit: str) -> dict[str, Query]:
    """What no budget covers in a month, by project and service."""
    row = next((each for each in rows if each["budget"] == UNBUDGETED), None)
    st.subheader("In no budget")
    if row is None or not row["actual"]:
        st.caption("Every cost of this month is in a budget.")
        return {}
    query = questions.costs(UNBUDGETED, unit, month.start)
    st.markdown(
        formats.plain(f"{formats.money(row['actual'], unit)} of this month is in no budget.")
    )
    costs(data.rows(query), row, month, unit)
    return {"In no budget": query}
