"""Savings: what could cost less, what that rests on, and what came of what was done."""

from typing import Any

import streamlit as st

from dashboard import components, data, saving_detail, saving_tables, saying, tables
from dashboard.address import Address
from dashboard.downloads import downloads
from dashboard.drawing import draw
from dashboard.head import head
from dashboard.selection import selectable
from reporting import formats, savings
from reporting.files import Extract
from reporting.query import Row

VIEWS = {
    "open": "To do",
    "decided": "Dismissed or done",
    "unknown": "Not enough data",
    "realised": "Saved so far",
}
SUM = (
    " Of several findings about one part of a resource the sum counts the largest, and of a "
    "cluster either all of it or its parts."
)
UNKNOWN = {
    "Finding": st.column_config.TextColumn(width=290),
    "Missing": st.column_config.TextColumn(width=380),
}
STATE = st.column_config.TextColumn(width="medium")
DAY = st.column_config.DateColumn(format="D MMM YYYY")


def cards(found: list[Row], realised: list[Row]) -> None:
    """What can be saved a month and what has been, by currency."""
    saved, known = components.by_unit(realised), components.by_unit(found)
    for unit in sorted({*saved, *known}):
        rows, done = known.get(unit, []), saved.get(unit, [])
        components.unit_heading(unit, {*saved, *known})
        to_do, unknown = (sum(row["view"] == view for row in rows) for view in ("open", "unknown"))
        amounts = {
            "Potential savings a month": formats.money(savings.total(rows), unit),
            "Of them planned": formats.money(savings.total(rows, ("planned",)), unit),
            "Low effort and risk": formats.money(savings.total(savings.easy(rows)), unit),
            "Saved so far": formats.money(sum(row["realised_cents"] for row in done), unit),
        }
        also = f"and {formats.count(unknown)} with not enough data" if unknown else None
        with st.container(horizontal=True):
            for label, value in amounts.items():
                st.metric(label, value, border=True, height="stretch")
            st.metric(
                "Findings",
                formats.count(to_do),
                also,
                delta_color="off",
                delta_arrow="off",
                border=True,
            )


def money_columns(unit: str) -> dict[str, Any]:
    """The columns of amounts that tables of savings may have."""
    return {name: tables.amount_column(name, unit) for name in saving_tables.AMOUNTS}


def listed(found: list[Row], view: str) -> None:
    """The findings of a view, the largest first; a click opens one."""
    rows = [row for row in found if row["view"] == view]
    if not rows:
        st.info("There is none.", icon=":material/check_circle:")
        return
    pending = saying.pending_states(found)
    is_unknown = view == "unknown"
    frame = saving_tables.unknown if is_unknown else saving_tables.findings
    row_px, wide = (tables.THREE_LINES_PX, UNKNOWN) if is_unknown else (None, {})
    st.caption(f"Choose a row to see its evidence and its command.{'' if is_unknown else SUM}")
    for unit, ours in components.by_unit(rows).items():
        components.unit_heading(unit, (row["unit"] for row in rows))
        key = f"savings.{view}.{unit}"
        selectable(
            frame(ours, pending),
            [row["finding_id"] for row in ours],
            "",
            height=tables.height(len(ours), row_px=row_px),
            row_height=row_px,
            column_config=money_columns(unit) | {"State": STATE} | wide,
            key=key,
        )
    downloads(f"atlas-savings-{view}", Extract(VIEWS[view], savings.of_view(view)))


def saved(rows: list[Row]) -> None:
    """What was saved, month by month, with its total."""
    if not rows:
        st.info(
            "Nothing yet: say of a finding that it is done, and a few days later the invoices "
            "show what came of it.",
            icon=":material/savings:",
        )
    for unit, ours in components.by_unit(rows).items():
        components.unit_heading(unit, (row["unit"] for row in rows))
        total, promised = (
            formats.plain(formats.money(sum(row[name] for row in ours), unit))
            for name in ("realised_cents", "promised_cents")
        )
        st.markdown(f"**{total}** saved in all, where {promised} were promised for these days.")
        draw(saving_tables.chart(ours, unit), saving_tables.sentence(ours, unit))
        tables.table(
            saving_tables.realised(ours),
            height=tables.height(len(ours)),
            column_config=money_columns(unit) | {"Done on": DAY},
        )
        st.caption(
            "Would have cost: each day as much as the 30 days before on average. A day counts "
            "once all its charges are known, three days later."
        )
    if rows:
        downloads("atlas-savings-realised", Extract(VIEWS["realised"], savings.REALISED))


head("Savings", "What could cost less, at the prices of your own invoices.")
queries = {"Findings": savings.FINDINGS, "Saved so far": savings.REALISED}
found, realised = (data.rows(query) for query in queries.values())
address = Address("savings")
chosen = next((row for row in found if row["finding_id"] == address.plain("id")), None)
if chosen:
    address.plain("show")
    address.done()
    saving_detail.detail(chosen, saying.pending_states(found))
else:
    if address.plain("id"):
        address.refuse("No finding has this id; showing all of them.")
    cards(found, realised)
    view = address.choice("show", "Show", VIEWS, is_short=True, label_visibility="collapsed")
    address.done()
    if view == "realised":
        saved(realised)
    else:
        listed(found, view)
components.sql_behind(queries)
