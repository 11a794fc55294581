# ruff: noqa: S608  what is put into SQL text comes from the dimension registry; values are bound
"""What each of a report's toggles changes."""

from dataclasses import replace

from reporting.costs import of_invoices
from reporting.query import Binder, Query
from reporting.ranges import Window, add_months
from reporting.relations import CURRENCY, within
from reporting.report import OF_INVOICES, Report

# one price counts, so choosing one of these drops the other
_PRICES = frozenset({"discounts", "list"})


def with_shown(shown: tuple[str, ...], name: str) -> tuple[str, ...]:
    """What is shown once a toggle was turned the other way."""
    if name in shown:
        return tuple(each for each in shown if each != name)
    dropped = _PRICES if name in _PRICES else frozenset()
    return (*(each for each in shown if each not in dropped), name)


def toggled(report: Report, name: str) -> Report:
    """The report's bare total with one toggle turned the other way."""
    state = replace(report.state, group=(), show=with_shown(report.state.show, name))
    return replace(report, state=state, compared=None)


def months(window: Window) -> Window:
    """The whole months that a window touches."""
    first_of_last = add_months(window.start.replace(day=1), window.months - 1)
    return Window(window.start.replace(day=1), add_months(first_of_last, 1))


def invoice_amounts(report: Report) -> Query:
    """Tax and refunds of the invoices of the months that a report touches, under its filters.

    Columns: unit, name (tax, refunds), amount (cents).
    """
    bind = Binder()
    touched = months(report.window)
    parts = [
        f"""select '{kind}' as name, {CURRENCY} as unit, sum(cost_cents)::bigint as amount
from {of_invoices(kind)}
where {within("usage_date", touched, bind)}{report.where(bind)}
group by unit"""
        for kind in OF_INVOICES
    ]
    return bind.query("\nunion all by name\n".join(parts) + "\norder by name, unit")
