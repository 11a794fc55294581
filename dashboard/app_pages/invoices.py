"""Invoices: their status, whether they match Atlas, and what one of them is made of."""

from collections.abc import Callable

import streamlit as st

from dashboard import (
    components,
    data,
    drawing,
    invoice_list,
    invoice_parts,
    invoice_tables,
    paying,
    signing_in,
    waterfall,
)
from dashboard.address import Address
from dashboard.downloads import focus_downloads
from dashboard.head import head
from reporting import formats, invoices, words
from reporting.query import Query, Row

Shown = dict[str, Query]
PARTS: dict[str, tuple[str, Callable[[Row], Shown]]] = {
    "lines": ("Lines", invoice_parts.lines),
    "match": ("Match", invoice_parts.match),
    "restatements": ("Restatements", invoice_parts.restatements),
    "payments": ("Payments", invoice_parts.payments),
    "late": ("Late billing", invoice_parts.late_billing),
    "focus": ("FOCUS", invoice_parts.focus),
}


def opened(row: Row) -> Shown:
    """The way of one invoice from list price to paid."""
    is_pending = row["is_pending"]
    st.subheader(f"{formats.plain(invoice_tables.title(row))} · {formats.plain(row['status'])}")
    if is_pending:
        st.info("PENDING: still being billed, no step is final", icon=":material/pending:")
    if row["late_days"]:
        st.warning(
            f"Changed after Atlas had closed it: {formats.plain(invoice_tables.late_text(row))}.",
            icon=":material/history:",
        )
    query = invoices.bridge(row["invoice_id"])
    steps = waterfall.with_unpaid(data.rows(query), is_pending=is_pending)
    if steps:
        text = waterfall.told(steps, is_pending=is_pending)
        drawing.draw(
            waterfall.chart(steps, is_pending=is_pending, text=drawing.text_colour()), alt=text
        )
    if any(step["step"] == "discount_not_applied" and step["amount"] for step in steps):
        st.caption(waterfall.NOT_APPLIED)
    st.caption(formats.plain(invoice_parts.facts(row)))
    return {"Waterfall": query}


head("Invoices")
queries: Shown = {"Invoices": invoices.ALL}
every = data.rows(invoices.ALL)
if not every:
    if signing_in.scope():
        st.info(
            "An invoice is shown to whoever sees all costs of its organization; your workspace has "
            "a part of them.",
            icon=":material/lock:",
        )
    else:
        st.info("No invoice yet. Run `atlas-costs refresh`.", icon=":material/receipt_long:")
    st.stop()
address = Address("invoices")
bar = st.container(horizontal=True, vertical_alignment="bottom")
with bar:
    names = sorted({row["organization"] or row["org_id"] for row in every})
    organizations = address.several(
        "f.organization", "Organization", names,
        placeholder="All organizations", label_visibility="collapsed",
    )  # fmt: skip
    states = sorted({row["status"] for row in every})
    wanted = address.several(
        "f.status", "Status", states, placeholder="All statuses", label_visibility="collapsed"
    )
rows = [
    row
    for row in every
    if (not organizations or (row["organization"] or row["org_id"]) in organizations)
    and (not wanted or row["status"] in wanted)
]
with bar:
    invoice_list.files(rows)
    focus_downloads()
asked = address.plain("id")
found = {row["invoice_id"]: row for row in every}
if asked and asked not in found:
    address.refuse("No invoice has this id; showing the last closed one.")
last = invoice_tables.newest(rows or every)
chosen = found.get(asked, last)
by_currency = components.by_unit(rows)
for unit, listed in by_currency.items():
    components.unit_heading(unit, by_currency)
    invoice_list.cards(listed, unit)
invoice_list.what_is_wrong(rows)
for unit, listed in by_currency.items():
    invoice_list.table(listed, unit, chosen["invoice_id"])
if not rows:
    st.info("No invoice has this organization and status.", icon=":material/search_off:")
queries |= opened(chosen)
part = address.choice(
    "part", "What to show of it", {name: words for name, (words, _) in PARTS.items()},
    is_short=True, label_visibility="collapsed",
)  # fmt: skip
queries |= PARTS[part][1](chosen)
queries["By usage day and invoice"] = invoices.apart(chosen["invoice_month"])
for row in data.rows(queries["By usage day and invoice"]):
    if text := words.apart_by_month_text(row, chosen["invoice_month"]):
        st.caption(formats.plain(f"{text} Overview and cost reports count usage days."))
with st.expander("By month, from list price to paid"):
    queries["By month"] = paying.months()
queries["Credit"] = paying.balances()
address.done()
components.sql_behind(queries)
