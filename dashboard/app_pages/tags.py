"""Tags: how much of the bill carries them, and what to tag next."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboard import components, data, row_links, tables, tag_cards, tagging
from dashboard.address import Address
from dashboard.downloads import downloads
from dashboard.drawing import draw
from dashboard.head import head
from reporting import formats
from reporting import tagging as questions
from reporting.files import Extract
from reporting.query import Query, Row
from reporting.ranges import add_months

BASES = {"current": "Current tags", "first_seen": "Tags when billed"}
MOST_REPAIRS = 10
HISTORY = 12


def next_to_tag(key: str, query: Query, unit: str, untagged: int) -> None:
    """What lacks the key, dearest first, and the commands that would mend it."""
    rows = components.by_unit(data.rows(query)).get(unit, [])
    if not rows:
        st.success(f"Everything carries {formats.plain(key)}.", icon=":material/check:")
        return
    can = [row for row in rows if row["can_be_tagged"]]
    st.subheader("What to tag next")
    st.caption(
        f"{tagging.together(rows, untagged)} What is charged to the organization or a project as a "
        "whole cannot carry tags of its own: an allocation rule can still say whose it is."
    )
    frame = pd.DataFrame({
        "Cost": [row["what"] for row in rows],
        "Type": [row["resource_type"] or "project" for row in rows],
        "Project": [row["project"] for row in rows],
        "Can be tagged": [row["can_be_tagged"] for row in rows],
        "This month": [tables.shown(row["amount"]) for row in rows],
    })  # fmt: skip
    pages = [
        row_links.resource(row) if row["resource_id"] and row["can_be_tagged"] else None
        for row in rows
    ]
    row_links.table(
        frame, {"Cost": pages}, key=f"tags.untagged.{unit}", height=tables.height(len(rows)),
        column_config={
            "This month": tables.amount_column("This month", unit),
            "Cost": row_links.column("Cost"),
        },
    )  # fmt: skip
    if can:
        with st.expander(f"Commands to tag {min(len(can), MOST_REPAIRS)} of them"):
            st.caption(
                f"Replace {tagging.A_VALUE}. Each command only shows its plan; add `--apply` to "
                "carry it out. Tags are set as a whole, so those that are there stand in it too."
            )
            st.code("\n".join(tagging.repair(row, key) for row in can[:MOST_REPAIRS]), "bash")


def spellings(rows: list[Row], unit: str) -> None:
    """Keys and values that only differ in case."""
    found = tagging.same(row for row in rows if row["unit"] == unit)
    st.subheader("Spelled in several ways")
    if not found:
        st.caption("No key or value of this month differs from another only in case or spaces.")
    for (kind, key, _), same in found.items():
        amounts = ", ".join(formats.money(row["amount"], unit) for row in same)
        st.markdown(f"- {tagging.spelled(kind, key, same)} ({formats.plain(amounts)})")


def values(query: Query, unit: str) -> None:
    """The values of the key with their costs."""
    rows = components.by_unit(data.rows(query)).get(unit, [])
    frame = pd.DataFrame({
        "Value": [row["value"] for row in rows],
        "This month": [tables.shown(row["amount"]) for row in rows],
    })  # fmt: skip
    money = tables.amount_column("This month", unit)
    tables.table(frame, column_config={"This month": money})


head("Tags", "How much of the bill carries each tag, and what to tag next.")
days = components.usage_days()
keys = data.tag_keys()
if not keys:
    st.info("No cost carries a tag yet. Tag clusters and projects in Atlas; a refresh reads them.")
    st.stop()
newest = days.through.replace(day=1)
held = [
    each for n in range(HISTORY) if (each := add_months(newest, -n)) >= days.first.replace(day=1)
]
months = {f"{each:%Y-%m}": formats.month(each) for each in held}
address = Address("tags")
with st.container(horizontal=True):
    key = address.choice("key", "Tag key", keys, default="team" if "team" in keys else keys[0])
    month = date.fromisoformat(address.choice("month", "Month", months) + "-01")
    basis = address.choice("tags", "Tags", BASES, is_short=True)
address.done()
end = add_months(month, 1)
queries = {
    "Coverage": questions.coverage(basis, add_months(month, 1 - HISTORY), end),
    "Untagged": questions.untagged(key, basis, month, end),
    "Untagged usage": questions.untagged_usage(key, basis, month, end),
    "Values": questions.values(key, basis, month, end),
    "Spellings": questions.spellings(basis, month, end),
}
found = components.by_unit(data.rows(queries["Coverage"]))
usage = components.by_unit(data.rows(queries["Untagged usage"]))
spelled = data.rows(queries["Spellings"])
for unit, rows in found.items():
    components.unit_heading(unit, found)
    of_month = [row for row in rows if row["month"] == month]
    untagged = tag_cards.cards(key, of_month, usage.get(unit, []), unit)
    # months in which nothing was charged, as of a free cluster, have no share
    if charged := [row for row in rows if row["share"] is not None]:
        draw(tagging.over_time(charged), "Tagged part of the total by tag key and month")
    if untagged:
        next_to_tag(key, queries["Untagged"], unit, untagged)
    left, right = st.columns(2)
    with left:
        st.subheader(f"Values of {formats.plain(key)}")
        values(queries["Values"], unit)
    with right:
        spellings(spelled, unit)
downloads(
    f"atlas-tags-{key}-{month:%Y-%m}",
    [Extract(name, queries[name], tagging.COLUMNS[name]) for name in tagging.COLUMNS],
)
components.sql_behind(queries)
