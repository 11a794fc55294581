"""A summary of a day, a week or a month: the total, what moved it and why, what is to come.

A period is told as soon as usage of all of its days is posted, by the refresh that brings it; no
clock decides, so a refresh that comes late tells it late, and once.
"""

import base64
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import duckdb

from orchestration.published.report_file import report_file
from orchestration.rules.alerts import Route
from orchestration.saved_reports.model import SavedReport, query_of
from orchestration.telling import missed
from orchestration.telling.events import DIGEST, Block, Event
from orchestration.telling.facts import rows
from reporting import changes, charts, formats, overview, queries, savings, words
from reporting.causes import cause_text
from reporting.documents.pictures import as_png, specification
from reporting.query import Row, with_values
from reporting.ranges import ONE_DAY, DataDays, Window, add_months
from reporting.reach import data_days
from reporting.report import Report, report_of
from reporting.state import ReportState
from reporting.url_state import link

MOST_MOVERS, MOST_SAVINGS = 6, 3
WIDTH, HEIGHT = 560, 240
ORGANIZATION = "organization"
_MOVING = ("resource", "service", "resource_type")


@dataclass(frozen=True)
class Period:
    """What a digest is about, and what its chart shows besides.

    Attributes:
        drawn: The days of the chart.
        step: The length of one of its bars.
    """

    every: str
    window: Window
    drawn: Window
    step: str

    @property
    def key(self) -> str:
        """The same for every refresh that could tell it."""
        return missed.key(self.every, self.window.start)

    @property
    def name(self) -> str:
        """As a reader calls it."""
        if self.every == "monthly":
            return formats.month(self.window.start)
        return formats.span(self.window.start, self.window.end)


def newest_period(every: str, through: date) -> Period:
    """The last period whose days are all posted.

    Args:
        every: daily, weekly (Monday to Sunday) or monthly.
        through: The last day whose usage is posted.
    """
    end = through + ONE_DAY
    if every == "daily":
        return Period(every, Window(through, end), Window(end - timedelta(30), end), "day")
    if every == "weekly":
        monday = end - timedelta(end.weekday())
        week = Window(monday - timedelta(7), monday)
        return Period(every, week, Window(monday - timedelta(56), monday), "week")
    month = end.replace(day=1)
    return Period(
        every, Window(add_months(month, -1), month), Window(add_months(month, -12), month), "month"
    )


def wanted(db: duckdb.DuckDBPyConnection, route: Route, known: Collection[str]) -> Iterator[Event]:
    """The digests that a route gets now.

    Args:
        db: The published warehouse, or as much of it as a workspace may see; read-only.
        route: Which it gets.
        known: The keys of those that were made before.
    """
    days = data_days(lambda query: rows(db, query))
    if not days:
        return
    for every in route.digests:
        period = newest_period(every, days.through)
        if period.key not in known and period.window.start >= days.first:
            left_out = missed.missed(every, period.window.start, known)
            yield digest(db, period, days, left_out, with_pdf=route.attach == "pdf")


def digest(
    db: duckdb.DuckDBPyConnection,
    period: Period,
    days: DataDays,
    left_out: list[Window] | None = None,
    *,
    with_pdf: bool,
) -> Event:
    """The digest of a period.

    Args:
        db: The published warehouse, or as much of it as a workspace may see; read-only.
        period: What it is about.
        days: How far the costs reach.
        left_out: Periods before it that no digest was about.
        with_pdf: Whether the report is attached.
    """
    report = report_of(_state(period), days)
    totals = rows(db, queries.comparison(replace(report, state=replace(report.state, group=()))))
    missing = unread(db, period.window.end)
    earlier = [missed.block(db, days, period.every, left_out)] if left_out else []
    return Event(
        key=period.key,
        kind=DIGEST,
        title=f"{_title(period, totals)}{' (incomplete)' if missing else ''}",
        text=words.compared_text(report, totals[0]) if totals else "",
        page=link(report.state),
        blocks=(*_blocks(db, report, totals, missing), *earlier),
        picture=_picture(db, period, days),
        attachment=_pdf(db, report, period) if with_pdf else "",
    )


def _state(period: Period) -> ReportState:
    step = "day" if period.every != "monthly" else "week"
    last = period.window.end - ONE_DAY
    return ReportState(start=period.window.start, last=last, bin=step, group=("service",))


def _title(period: Period, totals: list[Row]) -> str:
    amounts = " + ".join(formats.money(row["amount"], row["unit"]) for row in totals)
    return f"{period.every.capitalize()} digest, {period.name}: {amounts or 'no costs'}"


def unread(db: duckdb.DuckDBPyConnection, end: date) -> list[str]:
    """What is missing of a period: a sentence for each connection not read since it ended.

    Args:
        db: The published warehouse; read-only.
        end: The first day after the period.
    """
    sql = """select connection, last_success_at::date as last
from meta.freshness
where last_success_at is null or last_success_at < $end
order by connection"""
    return [
        f"Connection {row['connection']} was last read completely on {formats.day(row['last'])}: "
        "costs since then are missing here."
        if row["last"]
        else f"Connection {row['connection']} was never read completely: some or all of its costs "
        "are missing here."
        for row in rows(db, with_values(sql, {"end": end}))
    ]


def _blocks(
    db: duckdb.DuckDBPyConnection, report: Report, totals: list[Row], missing: list[str]
) -> Iterator[Block]:
    note = " ".join(filter(None, (*missing, _late(report))))
    yield Block("Costs", tuple(_total_rows(report, totals)), note)
    if report.compared and (moved := tuple(_movers(db, report))):
        yield Block("What changed", moved)
    if expected := tuple(_forecasts(db, report.days)):
        yield Block("Forecast", expected)
    if found := tuple(_savings(db)):
        yield Block("Open savings per month", found)


def _total_rows(report: Report, totals: list[Row]) -> Iterator[tuple[str, ...]]:
    for row in totals:
        change = formats.change(row["change"]) if report.compared and row["previous"] else ""
        name = "Total" if len(totals) == 1 else f"Total in {row['unit']}"
        yield name, change, formats.money(row["amount"], row["unit"])


def _late(report: Report) -> str:
    """That the newest days are not all billed yet."""
    if report.window.end <= report.days.through:
        return ""
    return f"As posted by Atlas up to {formats.day(report.days.posted)}; some charges come later."


def _movers(db: duckdb.DuckDBPyConnection, report: Report) -> Iterator[tuple[str, ...]]:
    """What cost more or less, the most first, with the cause that did most of it."""
    asked = replace(report, state=replace(report.state, group=_MOVING))
    moved: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows(db, changes.causes(asked)):
        moved[row["unit"], _name(row)].append(row)
    sums = {key: sum(row["amount"] for row in found) for key, found in moved.items()}
    for unit, name in sorted(moved, key=lambda key: (-abs(sums[key]), key))[:MOST_MOVERS]:
        if sums[unit, name]:
            cause = _main_cause(moved[unit, name], sums[unit, name])
            yield name, cause, formats.signed_money(sums[unit, name], unit)


def _name(row: Row) -> str:
    """What an organization is charged, such as support, is known by its service."""
    resource, service, kind = (row[f"label_{n}"] for n in (1, 2, 3))
    return str(resource if kind != ORGANIZATION else service)


def _main_cause(found: list[Row], moved: int) -> str:
    main = max(found, key=lambda row: row["amount"] * (1 if moved > 0 else -1))
    return cause_text({
        "cause": main["cause"], "cause_amount": main["amount"], "before": None, "after": None,
        "cause_service": main["label_2"], "cause_category": main["label_2"], "happened_on": None,
    })  # fmt: skip


def _forecasts(db: duckdb.DuckDBPyConnection, days: DataDays) -> Iterator[tuple[str, ...]]:
    month = days.through.replace(day=1)
    for row in rows(db, overview.forecast(month)):
        if row["expected"] is not None:
            low, high = (formats.money(row[each], row["unit"]) for each in ("low_80", "high_80"))
            band = f"{low} to {high} (80% band)" if row["low_80"] is not None else ""
            yield formats.month(month), band, formats.money(row["expected"], row["unit"])


def _savings(db: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, ...]]:
    by_unit: dict[str, list[Row]] = defaultdict(list)
    for row in rows(db, savings.FINDINGS):
        if row["state"] == "open" and row["is_in_total"] and row["monthly_saving_cents"]:
            by_unit[row["unit"]].append(row)
    for unit, found in by_unit.items():
        for row in found[:MOST_SAVINGS]:
            yield row["summary"], "", formats.money(row["monthly_saving_cents"], unit)
        count = "1 finding" if len(found) == 1 else f"All {len(found)} findings"
        yield count, "", formats.money(savings.total(found, ("open",)), unit)


def _picture(db: duckdb.DuckDBPyConnection, period: Period, days: DataDays) -> str:
    """The chart of the dearest currency, in base 64; empty where it cannot be drawn."""
    drawn = period.drawn
    state = ReportState(
        start=drawn.start, last=drawn.end - ONE_DAY, bin=period.step, group=("service",)
    )
    report = report_of(state, days)
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows(db, queries.series(report, state.top)):
        found[row["unit"]].append(row)
    if not found:
        return ""
    unit = max(found, key=lambda each: sum(row["amount"] for row in found[each]))
    chart: Any = charts.over_time(report, found[unit], unit, {})
    pixels = as_png(specification(chart.properties(width=WIDTH, height=HEIGHT)))
    return base64.b64encode(pixels).decode() if pixels else ""


def _pdf(db: duckdb.DuckDBPyConnection, report: Report, period: Period) -> str:
    title = f"{period.every.capitalize()} digest, {period.name}"
    saved = SavedReport(name=f"{period.every}-digest", title=title, address=query_of(report.state))
    return base64.b64encode(report_file(db, saved, "pdf").content).decode()
