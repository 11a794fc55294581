"""The overview's cards: this month like for like, how it will end, the last one, the budget."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import components, data, forecasting
from reporting import forecasts, formats, invoices, money, overview, words
from reporting import queries as report_query
from reporting.queries import Report
from reporting.query import Query, Row
from reporting.ranges import DataDays
from reporting.report import report_of
from reporting.state import ReportState

NO_BUDGET = (
    "No budget is set. Write one into config/budgets.yaml, such as a name and an amount a month; "
    "docs/budgets.md has examples. It counts after the next refresh."
)


@dataclass(frozen=True)
class Month:
    """The running month of one currency, as its cards and its chart need it; cents.

    Attributes:
        total: To date, with what it is compared with; None where nothing has been billed.
        last: All of the month before.
        forecast: A row of reporting.overview.forecast, where there is one.
        budgets: Rows of reporting.overview.budgets.
        to_come: Rows of reporting.forecasts.to_come.
        apart: The month before by usage day and by invoice, a row of reporting.invoices.apart.
    """

    unit: str
    total: Row | None
    last: int
    forecast: Row | None
    budgets: list[Row]
    to_come: list[Row]
    apart: Row | None


def queries(report: Report, days: DataDays) -> dict[str, Query]:
    """What the cards ask."""
    whole = report_of(ReportState(range="last_month", group=(), compare="none"), days)
    return {
        "Month to date": report_query.comparison(report),
        "Last month": report_query.comparison(whole),
        "Forecast": overview.forecast(report.window.start),
        "Budgets": overview.budgets(report.window.start),
        "Still to come": forecasts.to_come(forecasts.Scope(forecasts.TOTAL), days.through),
        "By usage day and invoice": invoices.apart(whole.window.start),
    }


def months(asked: dict[str, Query]) -> list[Month]:
    """The running month of each currency."""
    found = {name: components.by_unit(data.rows(query)) for name, query in asked.items()}
    to_date, last, forecast, budgets, to_come, apart = found.values()
    return [
        Month(
            unit,
            next(iter(to_date.get(unit, [])), None),
            sum(row["amount"] for row in last.get(unit, [])),
            next((row for row in forecast.get(unit, []) if row["expected"] is not None), None),
            budgets.get(unit, []),
            to_come.get(unit, []),
            next(iter(apart.get(unit, [])), None),
        )
        for unit in sorted({*to_date, *last})
    ]


def cards(report: Report, month: Month, days: DataDays) -> None:
    """Four cards of one currency, and beneath them what the first is compared with."""
    last = report_of(ReportState(range="last_month", compare="none"), days).window
    with st.container(horizontal=True):
        _to_date(report, month)
        _forecast(report, month)
        is_whole = last.start >= days.complete_from
        _card(
            f"{formats.month(last.start)}, full month",
            formats.money(month.last, month.unit) if is_whole else formats.ABSENT,
        )
        _budget(month)
    lines = []
    if month.total:
        name = formats.month(report.window.start)
        lines.append(f"{name} to date: {compared(report, month.total)}")
    if month.forecast:
        lines.append(formats.plain(forecasting.to_come_text(month.to_come, month.unit, days)))
    if month.apart and (text := words.apart_by_month_text(month.apart, last.start)):
        lines.append(formats.plain(text))
    # one text, because paragraphs of their own stand too far apart; links and code in the grey of
    # a caption have too little contrast
    st.caption("  \n".join(lines))


def compared(report: Report, total: Row) -> str:
    """The rule of the comparison and the other amount, inert for Markdown."""
    text = words.compared_text(report, total)
    before = f" ({formats.money(total['previous'], total['unit'])})" if report.compared else ""
    return formats.plain(f"{text.removesuffix('.')}{before}.")


def _to_date(report: Report, month: Month) -> None:
    """The month to date, beside the same days of the month before as they were known then."""
    row = month.total
    is_compared = report.compared is not None and row is not None and row["previous"]
    change = row["change"] if row and is_compared else None
    _card(
        f"{formats.month(report.window.start)} to date",
        formats.money(row["amount"] if row else 0, month.unit),
        help=f"Usage days {formats.span(report.window.start, report.window.end)}",
        delta=f"{formats.change(change)} vs. same days" if is_compared else None,
        delta_color="inverse" if change else "off",
        delta_arrow="auto" if change else "off",
    )


def _forecast(report: Report, month: Month) -> None:
    row, label = month.forecast, f"{formats.month(report.window.start)}, forecast"
    if row is None:
        why = "28 complete days of costs are needed, and a refresh that made a forecast."
        _card(label, formats.ABSENT, delta="Not enough data", help=why, **_PLAIN)
        return
    low, high = row["low_80"], row["high_80"]
    band = None if low is None else f"80%: {whole(low, month.unit)} to {whole(high, month.unit)}"
    error = row["backtest_error"]
    how = "" if error is None else f" Earlier months: off by {formats.share(error)} on average."
    _card(
        label,
        formats.money(row["expected"], month.unit),
        delta=band,
        help=f"What the whole month will cost; four times in five within the band below.{how}",
        **_PLAIN,
    )


def _budget(month: Month) -> None:
    """What is left of the largest budget that is part of no other: budgets may overlap."""
    tops = [row for row in month.budgets if row["parent"] is None]
    if not tops:
        _card("Budget left", formats.ABSENT, delta="None is set", help=NO_BUDGET, **_PLAIN)
        return
    row, more = tops[0], len(month.budgets) - 1
    left = row["planned"] - row["actual"]
    ends = None if row["forecast"] is None else row["planned"] - row["forecast"]
    note = f" {more} more on the page Budgets." if more else ""
    name = f"of {formats.money(row['planned'], month.unit)} (budget {row['budget']})"
    _card(
        "Budget left",
        formats.money(left, month.unit),
        delta=None if ends is None else f"{whole(abs(ends), month.unit)} {_ends(ends)} at the end",
        delta_color="off" if ends is None or ends >= 0 else "red",
        delta_arrow="off",
        help=formats.plain(f"Left {name}. Below: forecast of the month's end.{note}"),
    )


def _ends(left: int) -> str:
    return "left" if left >= 0 else "over"


def whole(cents: int, unit: str) -> str:
    """An amount without its cents, for what is no exact amount anyway."""
    before, after = money.around(unit, is_negative=cents < 0)
    return f"{before}{formats.count(abs(round(cents, -2)) // 100)}{after}"


_PLAIN: dict[str, Any] = {"delta_color": "off", "delta_arrow": "off"}


def _card(label: str, value: str, **options: Any) -> None:  # noqa: ANN401  st.metric's own
    st.metric(label, value, border=True, height="stretch", **options)
