"""What a report's total holds beside what was booked, and by how much each choice changes it."""

from dataclasses import replace

import streamlit as st

from dashboard import data
from reporting import formats
from reporting import queries as report_query
from reporting import toggles as toggled
from reporting.query import Query
from reporting.report import OF_INVOICES, Report
from reporting.state import SHOWN

ALONE = {
    "credits": "Credits in the total",
    "tax": "Tax of invoices",
    "refunds": "Refunds of invoices",
    "support": "Spread support and minimum charges",
}
PRICES = {"booked": "As booked", "list": "Before discounts", "discounts": "After discounts"}
# lines are read one by one for their discounts: of more days only where it was asked for
MOST_DAYS_PRICED = 100
_KEY = "report.show."
KEYS = tuple(_KEY + name for name in (*ALONE, "price"))


def fill(show: tuple[str, ...]) -> None:
    """Sets the controls to what an address shows."""
    for name in ALONE:
        st.session_state[_KEY + name] = name in show
    st.session_state[_KEY + "price"] = next((name for name in PRICES if name in show), "booked")


def toggles(report: Report, *, is_open: bool) -> tuple[str, ...]:
    """Draws the toggles, each with what it changes; what they show.

    Args:
        report: The report as its address has it.
        is_open: Whether a reader sees them; else nothing is asked of the warehouse.
    """
    chosen = {name for name in ALONE if _toggle(report, name, is_open=is_open)}
    price = st.segmented_control(
        "Price", list(PRICES), key=f"{_KEY}price", format_func=PRICES.__getitem__, required=True
    )
    if is_open:
        st.caption(formats.plain(_prices_text(report)))
    chosen.add(str(price))
    return tuple(name for name in SHOWN if name in chosen)


def _toggle(report: Report, name: str, *, is_open: bool) -> bool:
    is_on = st.toggle(ALONE[name], key=_KEY + name)
    if is_open:
        st.caption(formats.plain(effect(report, name)))
    return is_on


def effect(report: Report, name: str) -> str:
    """What a toggle changes, in words, whether it is on or off."""
    if report.state.measure == "usage":
        return "Usage has no price."
    if name in OF_INVOICES and not report.can_hold_invoices:
        return f"{_of_invoices(report, name)} on the invoices of these months. {_WHOLE}"
    return f"{_difference(report, name)}."


_WHOLE = "They belong to no day: choose whole months and the interval month or quarter."


def _prices_text(report: Report) -> str:
    if report.state.measure == "usage":
        return ""
    shown = [name for name in ("list", "discounts") if name in report.state.show]
    if report.window.days > MOST_DAYS_PRICED and not shown:
        return "Choose one to see what discounts come to in these days."
    plain = replace(report, state=replace(report.state, show=_without_price(report.state.show)))
    texts = [f"{PRICES[name]}: {_difference(plain, name)}" for name in ("list", "discounts")]
    return f"{'. '.join(texts)}."


def _without_price(show: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in show if name not in PRICES)


def _difference(report: Report, name: str) -> str:
    """How the total with it differs from the total without it."""
    if name == "support" and not report.state.filters:
        return "moves to what it was charged for; the total stays"
    queries = [_bare(report), report_query.comparison(toggled.toggled(report, name))]
    if name in report.state.show:
        queries.reverse()
    without, having = ({row["unit"]: row["amount"] for row in data.rows(each)} for each in queries)
    changes = [
        formats.signed_money(having.get(unit, 0) - without.get(unit, 0), unit)
        for unit in sorted({*without, *having})
    ]
    return " and ".join(changes) or "nothing"


def _bare(report: Report) -> Query:
    # not the page's own: tax, refunds and spread support depend on what it is compared with
    state = replace(report.state, group=())
    return report_query.comparison(replace(report, state=state, compared=None))


def _of_invoices(report: Report, name: str) -> str:
    rows = [row for row in data.rows(toggled.invoice_amounts(report)) if row["name"] == name]
    found = [formats.signed_money(row["amount"], row["unit"]) for row in rows]
    return " and ".join(found) or "None"


def said(report: Report) -> str:
    """What the total holds: credits always, and each toggle that is on."""
    on = [name for name in ALONE if name in report.state.show and name != "credits"]
    parts = [f"{ALONE[name]}: {effect(report, name).rstrip('.')}" for name in on]
    parts += [
        f"{PRICES[name]}: {_difference(report, name)}"
        for name in ("list", "discounts")
        if name in report.state.show
    ]
    credit = _difference(report, "credits")
    is_in = "credits" in report.state.show
    where = "in the total" if is_in else 'not in the total; turn them on under "Display"'
    return (
        "The total adds usage, support, minimum charges and consulting. "
        + ". ".join([f"Credits on these days: {credit} ({where})", *parts])
        + "."
    )
