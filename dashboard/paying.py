"""What an organization pays with: its months from list price to paid, and how long credits last."""

import pandas as pd
import streamlit as st

from dashboard import components, data, tables, waterfall
from reporting import formats, numerals
from reporting.query import Query, Row

BASIS = {
    "starting_balance": "what the newest invoice's starting balance has left",
    "used_up": "the newest invoice used its starting balance up",
    "contract_not_shown": "Atlas's invoices show no balance of a sales contract",
    "no_totalled_invoice": "Atlas has totalled no invoice yet",
    "owed": "the newest invoice opened with an amount owed",
    "invoice_does_not_tie": "the newest invoice does not add up, so its balance is not relied on",
}
# Nothing was bought in advance: there is nothing to say of it.
NO_CREDIT = "no_balance_shown"
_AMOUNTS = {
    "list": "List", "discount": "Discount", "discount_not_applied": "Discount not applied",
    "rounding": "Rounding", "usage": "Usage", "commitment_shortfall": "Commitment shortfall",
    "credits_used": "Credits used", "sales_tax": "Tax", "billed": "Billed", "paid": "Paid",
}  # fmt: skip


def months() -> Query:
    """Each organization's months from list price to paid, with the rule and price applied."""
    query = data.bridge_months()
    found = components.by_unit(data.rows(query))
    for unit, rows in found.items():
        components.unit_heading(unit, found)
        frame = pd.DataFrame([_month(row) for row in rows]).drop(columns=_needless(unit))
        columns = {title: tables.amount_column(title, unit) for title in _AMOUNTS.values()}
        tables.table(frame, column_config=columns, height=200)
        if any(row["discount_not_applied"] for row in rows):
            st.caption(waterfall.NOT_APPLIED)
    return query


def _needless(unit: str) -> list[str]:
    """Dollars have no price, and no contract whose discounts may be read in two ways."""
    return ["Discount rule", "Price of a credit"] if unit == "USD" else []


def _month(row: Row) -> Row:
    price = "" if row["credit_price"] is None else numerals.ungrouped(row["credit_price"])
    amounts = {title: tables.shown(row[name]) for name, title in _AMOUNTS.items()}
    return {
        "Month": formats.month(row["invoice_month"]),
        "Organization": row["organization"],
        **amounts,
        "Discount rule": row["discount_rule"] or "several",
        "Billed in": row["billing_currency"],
        "Price of a credit": price,
    }


def balances() -> Query:
    """What credit is left as far as an invoice shows it, and the day on which it ends."""
    query = data.credit_balances()
    for row in data.rows(query):
        if row["balance_basis"] == NO_CREDIT:
            continue
        st.caption(
            f"{formats.plain(row['organization'])}: {_balance(row)}. "
            f"Costs of {formats.counted(row['burn_days'], 'day')} to {formats.day(row['as_of'])}: "
            f"{formats.plain(formats.money(row['burn_per_day'], row['unit']))} a day."
        )
    return query


def _balance(row: Row) -> str:
    why = BASIS[row["balance_basis"]]
    if not row["balance"]:
        return f"no credit balance ({why})"
    left = formats.plain(formats.money(row["balance"], row["unit"]))
    ends = f", enough until {formats.day(row['runs_out_on'])}" if row["runs_out_on"] else ""
    return f"{left} of credit left{ends} ({why})"
