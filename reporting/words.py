"""What is said beside a report's numbers: the comparison, partial periods, what matches Atlas.

Plain text: a page makes it inert for Markdown, a document for HTML.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from reporting import formats, periods
from reporting.comparisons import per_day_change
from reporting.dimensions import label
from reporting.queries import Report
from reporting.query import Row
from reporting.ranges import ONE_DAY, Window
from reporting.state import Filter

OPERATOR_WORDS = {
    "is": "is", "is_not": "is not", "has": "has value", "contains": "contains",
    "not_contains": "does not contain", "starts": "starts with", "ends": "ends with",
    "flexible": "flexibly matches", "not_flexible": "does not flexibly match",
}  # fmt: skip
_PARTS = {
    "lines": "difference_cents", "header": "header_difference_cents",
    "credits": "credits_difference_cents",
}  # fmt: skip


def compared_text(report: Report, total: Row) -> str:
    """What a total is compared with, or why with nothing; another length is said."""
    if report.compared is None or report.lengths is None:
        return report.rule
    text = f"{report.rule}: {formats.span(report.compared.start, report.compared.end)}"
    if report.compared.known_by:
        text += f", as billed by {formats.day(report.compared.known_by)}"
    now, before = report.lengths
    if now == before:
        return f"{text}."
    per_day = per_day_change(total["amount"], total["previous"], report.lengths)
    change = f"; per day {formats.change(per_day)}" if total["previous"] else ""
    return f"{text}. {now} days against {before}{change}."


def period_name(period: date, step: str) -> str:
    """A period as a heading."""
    if step == "month":
        return formats.month(period)
    day = formats.day(period)
    return {"quarter": f"from {day}", "week": f"week of {day}"}.get(step, day)


def partial_periods(report: Report, rows: Sequence[Row]) -> dict[date, str]:
    """Why each period that does not show all of its costs does not, in words."""
    found = {}
    for period in sorted({row["period"] for row in rows}):
        if why := periods.partial(period, report.step, report.window, report.days):
            found[period] = _partial_text(period, report, why)
    return found


def _partial_text(period: date, report: Report, why: periods.Partial) -> str:
    days = periods.shown(period, report.step, report.window)
    whole = periods.whole(period, report.step)
    parts = [f"from {formats.day(days.start)}"] if days.start > whole.start else []
    if why is periods.Partial.OPEN:
        parts.append(why.value)
    elif days.end < whole.end:
        parts.append(f"to {formats.day(days.end - ONE_DAY)}")
    return ", ".join(parts)


def partial_text(report: Report, partials: Mapping[date, str]) -> str:
    """The periods of a chart that do not show all of their costs; empty where all do."""
    names = [f"{period_name(each, report.step)} ({note})" for each, note in partials.items()]
    return f"Partial: {'; '.join(names)}." if names else ""


def untied(invoices: Sequence[Row], window: Window | None = None) -> list[Row]:
    """The closed invoices of a window that do not match Atlas's header."""
    return [
        row
        for row in invoices
        if row["is_reconciled"] is False
        and not row["is_pending"]
        and (window is None or window.start.replace(day=1) <= row["invoice_month"] < window.end)
    ]


def apart_by_month_text(row: Row, month: date) -> str:
    """Why a month by usage day is not the sum of its invoices; empty where it is."""
    used, invoiced, elsewhere, others = (
        formats.money(row[name], row["unit"])
        for name in ("used", "invoiced", "elsewhere", "others")
    )
    if not (row["elsewhere"] or row["others"]):
        return ""
    name = formats.month(month)
    return (
        f"{name} costs {used} by usage day and {invoiced} on its invoices, before credits and tax: "
        f"{elsewhere} of its usage is on invoices of other months, and {others} on its invoices is "
        "usage of other months."
    )


def match_text(invoices: Sequence[Row]) -> str:
    """How many closed invoices match Atlas's total to the cent, and how many are pending."""
    closed = [row for row in invoices if not row["is_pending"]]
    pending = len(invoices) - len(closed)
    matching = len(closed) - len(untied(closed))
    text = f"{matching} of {len(closed)} closed invoices match Atlas's total"
    return f"{text}, {pending} pending" if pending else text


def untied_text(row: Row) -> str:
    """One invoice that does not match Atlas's total, with what is apart."""
    return (
        f"{row['organization']}, {formats.month(row['invoice_month'])} "
        f"(invoice {row['invoice_id']}): {apart_text(row)}"
    )


def apart_text(row: Row) -> str:
    """Which parts of an invoice are apart from Atlas's total, each with its amount."""
    apart = [
        f"{part} by {formats.signed_money(row[key], row['unit'])}"
        for part, key in _PARTS.items()
        if row[key]
    ]
    return ", ".join(apart)


def age_text(row: Row) -> str:
    """How far a connection's data reaches, and when it was refreshed."""
    refreshed = formats.age(formats.hours_since(row["last_success_at"]))
    reached = row["data_through"]
    through = [f"data through {formats.day(reached)} (UTC)"] if reached else []
    return " · ".join([str(row["connection"]), *through, f"refreshed {refreshed}"])


def filter_text(one: Filter, names: Mapping[str, str]) -> str:
    """One filter in words, with names where the address has ids."""
    prefix = "or: " if one.set_number > 1 else ""
    values = " or ".join(names.get(value, value) for value in one.values)
    return f"{prefix}{label(one.dimension)} {OPERATOR_WORDS[one.operator]} {values}"
