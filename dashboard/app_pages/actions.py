"""Actions: what was asked of Atlas, by whom, and what came of it."""

import pandas as pd
import streamlit as st

from dashboard import components, data, tables
from dashboard.action_parts import details
from dashboard.address import Address
from dashboard.downloads import downloads
from dashboard.head import head
from dashboard.selection import selectable
from reporting import actions, formats
from reporting.files import Extract
from reporting.query import Row

KINDS = {"all": "All", "applied": "Applied", "planned": "Planned only"}


def cards(rows: list[Row]) -> None:
    """How many ran, failed, and what those that were applied cost a month."""
    applied = [row for row in rows if row["applied"]]
    failed = [row for row in rows if row["error"]]
    planned = [row for row in rows if row["outcome"] == "planned"]
    change = sum(row["monthly_change"] or 0 for row in applied if not row["error"])
    with st.container(horizontal=True):
        st.metric("Applied", formats.count(len(applied)), border=True)
        st.metric("Planned only", formats.count(len(planned)), border=True)
        st.metric("Refused or failed", formats.count(len(failed)), border=True)
        st.metric(
            "Monthly cost of what was applied",
            formats.signed_money(change, "USD"),
            border=True,
            help="The preview of each applied action that names a price, added up.",
        )


def table(rows: list[Row], chosen: str) -> None:
    """The runs, the newest first; a click opens one."""
    frame = pd.DataFrame([
        {
            "When (UTC)": row["requested_at"],
            "Action": row["action"],
            "Target": row["target"],
            "Outcome": row["outcome"],
            "Applied": row["applied"],
            "By": row["requested_by"],
            "Monthly change": tables.shown(row["monthly_change"]),
            "Took (s)": row["duration_s"],
            "Error": row["error"],
        }
        for row in rows
    ])  # fmt: skip
    selectable(
        frame, [row["action_id"] for row in rows], chosen, key="actions.runs",
        height=tables.height(len(rows)),
        column_config={
            "When (UTC)": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            "Monthly change": tables.amount_column("Monthly change", "USD"),
            "Took (s)": tables.number_column(),
        },
    )  # fmt: skip


head("Actions", "What was asked of Atlas, by whom, and what came of it.")
address = Address("actions")
with st.container(horizontal=True, vertical_alignment="bottom"):
    kind = address.choice("kind", "Show", KINDS, is_short=True)
    names = [row["action"] for row in data.rows(actions.ACTIONS)]
    chosen = address.several("action", "Action", names, width=230)
    ends = [row["outcome"] for row in data.rows(actions.OUTCOMES)]
    outcomes = address.several("outcome", "Outcome", ends, width=190)
    text = address.text("text", "Search", placeholder="Target, person, error", width=200)
asked = address.plain("id")
queries = {"Actions": actions.runs(chosen, outcomes, kind, text)}
if asked:
    queries["Details"] = actions.run(asked)
    found = data.rows(queries["Details"])
    if found:
        details(found[0])
    else:
        address.refuse("No action that ran has this “id”.")
address.done()
rows = data.rows(queries["Actions"])
if not names:
    st.info(
        "No action has run yet. `atlas-costs do create_snapshot project=… cluster=…` plans one, "
        "with `--apply` it is carried out; docs/actions.md lists them all. An action is listed "
        "here after the next refresh.",
        icon=":material/play_circle:",
    )
elif not rows:
    st.info("No action matches these filters.", icon=":material/search_off:")
else:
    cards(rows)
    table(rows, asked)
    downloads("atlas-actions", Extract("Actions", queries["Actions"]))
    st.caption("An action is listed here after the next refresh.")
components.sql_behind(queries)
