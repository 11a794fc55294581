"""The parts of an opened invoice: lines, match, restatements, payments, late billing, FOCUS."""

import streamlit as st

from dashboard import data, grid, invoice_tables, tables
from dashboard.downloads import downloads
from reporting import focus as questions
from reporting import formats, invoices
from reporting.files import Column, Extract
from reporting.query import Query, Row

Shown = dict[str, Query]


def facts(row: Row) -> str:
    """What else is known of an invoice, on one line."""
    facts = [invoice_tables.match_text(row), formats.counted(row["line_items"], "line")]
    if left := invoice_tables.due([row]):
        facts.insert(0, f"{formats.money(left, row['unit'])} not paid yet")
    if row["versions_seen"] > 1:
        times = row["versions_seen"] - 1
        facts.append(
            f"changed by Atlas {'once' if times == 1 else f'{times} times'} since first read"
        )
    changed = f"last change seen {formats.day(row['last_changed_at'].date())}"
    return " · ".join([*facts, changed, f"invoice {row['invoice_id']}"])


def lines(row: Row) -> Shown:
    """The most expensive lines, with how many there are and what they add up to."""
    month, unit = row["invoice_month"], row["unit"]
    query = invoices.lines(row["invoice_id"], month)
    totals = invoices.line_totals(row["invoice_id"], month)
    [total] = data.rows(totals)
    found = data.rows(query)
    amount = formats.plain(formats.money(total["amount"], unit))
    few = f" Shown: the {len(found)} largest." if len(found) < total["line_items"] else ""
    every_line = formats.counted(total["line_items"], "line")
    st.caption(f"{every_line}, together {amount}, credits included.{few}")
    grid.grid(invoice_tables.LINES, found, unit, height=360)
    every = invoices.lines(row["invoice_id"], month, None)
    downloads(_name(row, "lines"), Extract("Lines", every, invoice_tables.LINES_IN_FULL))
    return {"Lines": query, "All lines": totals}


def match(row: Row) -> Shown:
    """What Atlas's header states, part by part, and what ours makes of it."""
    if row["is_pending"]:
        st.caption("PENDING: Atlas has not totaled this invoice for good, so a difference is none.")
    grid.grid(invoice_tables.MATCH, invoice_tables.match_rows(row), row["unit"])
    return {}


def restatements(row: Row) -> Shown:
    """Days that a later version of the invoice changed."""
    query = invoices.restatements(row["invoice_id"])
    if found := data.rows(query):
        change = formats.signed_money(sum(each["difference_cents"] for each in found), row["unit"])
        times = len({each["changed_at"] for each in found})
        st.caption(formats.plain(
            f"{len(found)} restated, {change} in all, in {times} later version"
            f"{'' if times == 1 else 's'} of the invoice. Days that a pending invoice merely adds "
            "are no restatement."
        ))  # fmt: skip
        _with_file(row, "restatements", invoice_tables.RESTATEMENTS, query, found)
    else:
        st.caption("No day of this invoice was restated since it was first read.")
    return {"Restatements": query}


def payments(row: Row) -> Shown:
    """What was asked for, paid and paid back, and at which prices."""
    unit, invoice_id = row["unit"], row["invoice_id"]
    paid, back = invoices.payments(invoice_id), invoices.refunds(invoice_id)
    shown = {"Payments": paid, "Refunds": back}
    if found := data.rows(paid):
        columns = invoice_tables.of_credits(invoice_tables.PAYMENTS, unit)
        _with_file(row, "payments", columns, paid, found)
    else:
        st.caption("Atlas names no payment of this invoice yet.")
    if found := data.rows(back):
        st.markdown(f"**Refunds, {formats.plain(formats.money(row['refunds'], unit))}**")
        _with_file(row, "refunds", invoice_tables.REFUNDS, back, found)
    if row["has_several_prices"]:
        shown["Prices"] = invoices.prices(invoice_id)
        st.markdown("**Prices**")
        at = data.rows(shown["Prices"])
        _with_file(row, "prices", invoice_tables.PRICES, shown["Prices"], at)
    return shown


def late_billing(row: Row) -> Shown:
    """Usage of earlier months that this invoice bills."""
    query = invoices.late_billing(row["invoice_id"], row["invoice_month"])
    if found := data.rows(query):
        amount = formats.money(sum(each["amount"] for each in found), row["unit"])
        st.caption(formats.plain(
            f"{amount} of this invoice is usage of earlier months, posted after they were closed."
        ))  # fmt: skip
        _with_file(row, "late-billing", invoice_tables.LATE_BILLING, query, found)
    else:
        st.caption("This invoice bills no usage of earlier months.")
    return {"Late billing": query}


def focus(row: Row) -> Shown:
    """The invoice in FOCUS, and the command that writes the month."""
    month = f"{row['invoice_month']:%Y-%m}"
    pending = " PENDING: as billed so far." if row["is_pending"] else ""
    st.caption(f"The charges of this invoice in FOCUS 1.3.{pending}")
    query = questions.charges(month, (row["invoice_id"],))
    downloads(f"focus-{month}-{row['invoice_id']}", Extract("FOCUS", query))
    st.caption(
        f"At the terminal, all invoices of {formats.month(row['invoice_month'])}; a name that "
        "ends in .parquet writes Parquet, and `--spec 1.2` the version before."
    )
    st.code(f"atlas-costs export focus --month {month} -o focus-{month}.csv", language="bash")
    return {"FOCUS": query}


def _with_file(
    row: Row, part: str, columns: tuple[Column, ...], query: Query, found: list[Row]
) -> None:
    """A table and its files."""
    grid.grid(columns, found, row["unit"], height=tables.height(len(found)))
    extract = Extract(part.replace("-", " ").capitalize(), query, invoice_tables.in_file(columns))
    downloads(_name(row, part), extract)


def _name(row: Row, part: str) -> str:
    return f"invoice-{row['invoice_month']:%Y-%m}-{row['invoice_id']}-{part}"
