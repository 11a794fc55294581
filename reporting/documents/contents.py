"""What a report says as a document, in words: read once, then written as HTML or PDF."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from reporting import bill, charts, formats, queries, words
from reporting.dimensions import COST_DIMENSIONS
from reporting.documents.pictures import specification
from reporting.files.table import About
from reporting.queries import Report
from reporting.query import Query, Row
from reporting.url_state import link

MOST_GROUPS = 100
WIDTH, HEIGHT = 740, 300
Read = Callable[[Query], list[Row]]


@dataclass(frozen=True)
class Grid:
    """A table in words; its last columns are figures."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...]
    figures: int


@dataclass(frozen=True)
class Part:
    """What a report says in one currency, or of one unit of usage.

    `compared` is the rule of the comparison, or why there is none; `chart` is Vega-Lite.
    """

    unit: str
    total: str
    change: str
    compared: str
    chart: dict[str, Any] | None
    partial: str
    grid: Grid


@dataclass(frozen=True)
class Document:
    """A report, said.

    Attributes:
        facts: Headings and what is shown, such as which filters hold.
        match: How many invoices match Atlas's total.
        untied: Those of the report's days that do not.
        ages: How far each connection's data reaches, and what it lacks.
        version: The published version that was read.
    """

    title: str
    span: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    match: str
    untied: tuple[str, ...]
    ages: tuple[str, ...]
    version: str
    address: str
    sql: tuple[tuple[str, Query], ...]
    written_at: datetime

    @property
    def written(self) -> str:
        """When it was written, to the minute."""
        return _moment(self.written_at)

    @property
    def about(self) -> About:
        """The same facts for a file that holds the report's rows."""
        facts = (
            ("Report", self.title), ("Days", self.span),
            ("Compared", " ".join(dict.fromkeys(part.compared for part in self.parts))),
            *self.facts, ("Address", self.address),
            ("Bill", " ".join((self.match, *self.untied))), ("Data", " ".join(self.ages)),
            ("Warehouse version", self.version), ("Written", self.written),
        )  # fmt: skip
        return About(facts, self.sql)


def document(title: str, report: Report, read: Read, at: datetime) -> Document:
    """A report on its days as a document.

    Args:
        title: How it is headed.
        report: What it asks.
        read: Hands back the rows of a query.
        at: The moment it is written, UTC.
    """
    asked = {
        "Total": queries.comparison(replace(report, state=replace(report.state, group=()))),
        "Groups": queries.comparison(report, MOST_GROUPS),
        "Chart": queries.series(report, report.state.top),
    }
    found = {name: _by_unit(read(query)) for name, query in asked.items()}
    parts = tuple(
        _part(report, total, found["Groups"].get(unit, []), found["Chart"].get(unit, []))
        for unit, (total,) in found["Total"].items()
    )
    invoices, ages = read(bill.INVOICES), read(bill.FRESHNESS)
    untied = words.untied(invoices, report.window)
    return Document(
        title=title,
        span=f"{formats.span(report.window.start, report.window.end)} (UTC)",
        facts=_facts(report, read),
        parts=parts,
        match=f"{words.match_text(invoices)}.",
        untied=tuple(f"Does not match: {words.untied_text(row)}." for row in untied),
        ages=tuple(_age(row) for row in ages),
        version=", ".join(sorted({str(row["warehouse_version"]) for row in ages})),
        address=link(report.state),
        sql=tuple(asked.items()),
        written_at=at,
    )


def _by_unit(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: str(row["unit"])):
        found.setdefault(row["unit"], []).append(row)
    return found


def _facts(report: Report, read: Read) -> tuple[tuple[str, str], ...]:
    names = _names(report, read)
    found = {
        "Filters": "; ".join(words.filter_text(one, names) for one in report.state.filters),
        "Credits": "in the total" if "credits" in report.state.show else "",
        "Left out": " ".join(row["sentence"] for row in read(bill.LEFT_OUT)),
        "Tags": "as they were when billed" if report.state.tags == "first_seen" else "",
    }
    return tuple((heading, text) for heading, text in found.items() if text)


def _names(report: Report, read: Read) -> dict[str, str]:
    """What the ids among the values of filters are called."""
    found: dict[str, str] = {}
    for one in report.state.filters:
        dimension = COST_DIMENSIONS.get(one.dimension)
        if dimension and dimension.id_column:
            found |= {row["id"]: row["label"] for row in read(bill.names(dimension, one.values))}
    return found


def _age(row: Row) -> str:
    """With the moment of the refresh: a file is read when "2 hours ago" is long over."""
    refreshed, reached = row["last_success_at"], row["data_through"]
    parts = [
        f"data through {formats.day(reached)} (UTC)" if reached else "",
        f"refreshed {_moment(refreshed)}" if refreshed else "never refreshed",
        f"missing: {', '.join(row['missing_parts'])}" if row["missing_parts"] else "",
    ]
    return f"{row['connection']}: {'; '.join(filter(None, parts))}."


def _moment(at: datetime) -> str:
    return f"{formats.day(at.date())}, {at:%H:%M} UTC"


def _part(report: Report, total: Row, groups: list[Row], drawn: list[Row]) -> Part:
    unit, measure = total["unit"], report.state.measure
    change = ""
    if report.compared and total["previous"]:
        before = charts.amount_text(total["previous"], unit, measure)
        change = f"{formats.change(total['change'])} from {before}"
    partials = words.partial_periods(report, drawn)
    chart = charts.over_time(report, drawn, unit, partials) if drawn else None
    return Part(
        unit=unit,
        total=charts.amount_text(total["amount"], unit, measure),
        change=change,
        compared=words.compared_text(report, total),
        chart=_specified(chart) if chart else None,
        partial=words.partial_text(report, partials),
        grid=_grid(report, total, groups if report.groups else []),
    )


def _specified(chart: charts.Chart) -> dict[str, Any]:
    return specification(charts.localized(chart.properties(width=WIDTH, height=HEIGHT)))


def _grid(report: Report, total: Row, groups: list[Row]) -> Grid:
    headings = [each.label for each in report.groups] or [""]
    figures = ["Amount", "Share", *(["Before", "Change", "Change %"] if report.compared else [])]
    padding = [""] * (len(headings) - 1)
    rows = [
        (*_labels(report, row, padding), *_figures(report, row, total["amount"])) for row in groups
    ]
    return Grid(
        headings=(*headings, *figures),
        rows=tuple(rows),
        total=("Total", *padding, *_figures(report, total, total["amount"])),
        figures=len(figures),
    )


def _labels(report: Report, row: Row, padding: list[str]) -> tuple[str, ...]:
    if row["is_rest"]:
        return (charts.group_label(row), *padding)
    return tuple(str(row[f"label_{number}"]) for number, _ in enumerate(report.groups, 1))


def _figures(report: Report, row: Row, whole: int | Decimal) -> tuple[str, ...]:
    measure, unit = report.state.measure, row["unit"]
    share = formats.share(float(Decimal(row["amount"]) / Decimal(whole)) if whole else None)
    amount = charts.amount_text(row["amount"], unit, measure)
    if not report.compared:
        return (amount, share)
    change = row["amount"] - row["previous"]
    sign = "+" if change > 0 else ""
    return (
        amount,
        share,
        charts.amount_text(row["previous"], unit, measure),
        f"{sign}{charts.amount_text(change, unit, measure)}",
        formats.change(row["change"]) if row["previous"] else "new",
    )
