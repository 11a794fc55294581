"""All invoices: what is billed and due, what is wrong with them, and the table that opens one."""

import streamlit as st

from dashboard import grid, invoice_tables
from dashboard.downloads import downloads
from dashboard.selection import selectable
from reporting import formats, locales, words
from reporting.files import Column, Table
from reporting.query import Row

NARROW = {
    "Organization": st.column_config.TextColumn(width=150),
    "Status": st.column_config.TextColumn(help="; ".join(invoice_tables.STATUSES)),
    "Match": st.column_config.TextColumn(help="Whether Atlas's total is what its lines add up to"),
}


def cards(rows: list[Row], unit: str) -> None:
    """What is billed so far and last, what is due, and what matches."""
    closed = [row for row in rows if not row["is_pending"]]
    pending = [row for row in rows if row["is_pending"]]
    with st.container(horizontal=True):
        if pending:
            _card("PENDING, billed so far", sum(row["billed"] for row in pending), unit)
        if closed:
            month = closed[0]["invoice_month"]
            billed = sum(row["billed"] for row in closed if row["invoice_month"] == month)
            _card(f"Billed, {formats.month(month)}", billed, unit)
            _card("To be paid", invoice_tables.due(closed), unit)
        matching = len(closed) - len(words.untied(closed))
        st.metric(
            "Match Atlas's total", f"{matching} of {len(closed)} closed",
            border=True, height="stretch",
        )  # fmt: skip


def _card(label: str, cents: int, unit: str) -> None:
    st.metric(label, formats.money(cents, unit), border=True, height="stretch")


def what_is_wrong(rows: list[Row]) -> None:
    """Closed invoices that do not match, and those that changed after they were closed."""
    if failed := words.untied(rows):
        lines = "\n".join(f"- {formats.plain(words.untied_text(row))}" for row in failed)
        st.warning(f"Not what Atlas states in total:\n{lines}", icon=":material/warning:")
    if late := [row for row in rows if row["late_days"]]:
        st.warning(formats.plain(invoice_tables.late_summary(late)), icon=":material/history:")


def table(rows: list[Row], unit: str, chosen: str) -> None:
    """All invoices of one currency; a click opens one."""
    columns: tuple[Column, ...] = invoice_tables.INVOICES
    if any(row["late_days"] for row in rows):
        columns = (*columns, invoice_tables.CHANGED_LATE)
    selectable(
        grid.frame(columns, map(invoice_tables.written, rows)),
        [row["invoice_id"] for row in rows],
        chosen,
        key=f"invoices.{unit}",
        column_config=grid.config(columns, unit) | NARROW,
        placeholder=formats.ABSENT,
        height=min(36 * (len(rows) + 1), 212),
    )


def files(rows: list[Row]) -> None:
    """The menu of all that is listed, whatever its currency."""
    with locales.written_in(locales.DEFAULT):  # a file is alike for every reader
        written = tuple(map(invoice_tables.written, rows))
    downloads("atlas-invoices", Table("Invoices", invoice_tables.INVOICES_IN_FULL, written))
