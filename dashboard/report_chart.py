"""The chart of a report with what stands on it, and where a click on it leads."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import streamlit as st

from dashboard import annotations, data, drawing
from dashboard.report_controls import steps
from reporting import charts, drill, events, formats, layers, overlays, url_state, words
from reporting.query import Query, Row
from reporting.report import Report
from reporting.state import MAX_TOP, ReportState

GoTo = Callable[[ReportState], None]
MORE_GROUPS = 10


@dataclass
class Beside:
    """What stands on the charts of a report, by currency, and the queries that told it."""

    queries: dict[str, Query] = field(default_factory=dict)
    found: dict[str, list[Row]] = field(default_factory=dict)

    def of(self, name: str, unit: str) -> list[Row]:
        """The rows of one kind in one currency."""
        return [row for row in self.found.get(name, []) if row["unit"] == unit]


def beside(report: Report) -> Beside:
    """Reads what the chart was asked to show beside costs."""
    asked = report.state.overlay
    result = Beside()
    if "events" in asked and report.is_by_resource:
        result.queries["Events"] = events.events(report)
    if "forecast" in asked and (query := overlays.forecast(report)):
        result.queries["Forecast"] = query
    named = {"budget": overlays.budgets, "scenario": overlays.scenarios,
             "unit_cost": overlays.unit_costs}  # fmt: skip
    for kind, make in named.items():
        if overlays.named(report, kind):
            result.queries[kind.replace("_", " ").capitalize()] = make(report)
    result.found = {name: data.rows(query) for name, query in result.queries.items()}
    return result


def chart(report: Report, rows: list[Row], unit: str, others: Beside, go_to: GoTo) -> None:
    """Draws one currency or unit of usage; a click on a group opens the report of it."""
    partials = words.partial_periods(report, rows)
    drawn = charts.over_time(report, rows, unit, partials, _ahead(report, unit, others))
    happened = others.of("Events", unit)
    if report.state.chart != "pie":
        beside = [*_plans(report, unit, others), *layers.marks(_marks(report, happened))]
        drawn = layers.with_layers(drawn, beside)
        drawn = layers.with_unit_costs(drawn, others.of("Unit cost", unit))
    selected = drawing.draw(
        drawn, alt_text(report, rows, unit), key=key(report, unit), on_select="rerun",
        selection_mode=[charts.MARK, charts.LEGEND],
    )  # fmt: skip
    said = words.partial_text(report, partials)
    if said and report.state.chart != "pie":
        st.caption(formats.plain(said))
    _events_caption(happened)
    if clicked := _clicked(selected):
        follow(report, rows, clicked, go_to)


def alt_text(report: Report, rows: list[Row], unit: str) -> str:
    """What a chart shows, for who cannot see it: its groups, its days and the dearest group."""
    what = " and ".join(each.label.lower() for each in report.groups) or "in total"
    by = f"by {what}" if report.groups else what
    measure = "Usage" if report.state.measure == "usage" else "Costs"
    days = formats.span(report.drawn.start, report.drawn.end)
    text = f"{measure} {by}, {report.state.bin}, {days}"
    first = [row for row in rows if row["place"] == 1]
    if not first or not report.groups:
        return text
    of_first = first[-1:] if report.state.bin == "cumulative" else first
    amount = sum(row["amount"] for row in of_first)
    shown = charts.amount_text(amount, unit, report.state.measure)
    return f"{text}; the largest is {charts.group_label(first[0])}, {shown}"


def follow(report: Report, rows: list[Row], clicked: Row, go_to: GoTo) -> None:
    """Where a click leads: into a group, to more groups, or into a period where there is one."""
    if not report.groups:
        if clicked.get("period"):
            go_to(drill.into_period(report, date.fromisoformat(str(clicked["period"])[:10])))
        return
    found = [row for row in rows if charts.short(charts.group_label(row)) == clicked.get("group")]
    if not found:
        return
    if found[0]["is_rest"]:
        go_to(replace(report.state, top=min(report.state.top + MORE_GROUPS, MAX_TOP)))
    go_to(drill.into_group(report.state, ids_of(found[0])))


def ids_of(row: Row) -> tuple[str, ...]:
    """What the groups of a row are told by."""
    return tuple(row[key] for key in row if key.startswith("id_"))


def key(report: Report, unit: str) -> str:
    """Another report is another chart: what was clicked in one is not clicked in the next."""
    address = sorted(url_state.to_params(report.state).items())
    told_by = repr((address, report.window, unit, steps()))
    return f"chart.{hashlib.sha256(told_by.encode()).hexdigest()[:12]}"


def _ahead(report: Report, unit: str, others: Beside) -> list[date]:
    """The periods to come that something is expected of."""
    if report.state.bin == "month":
        return [row["month"] for name in ("Forecast", "Budget") for row in others.of(name, unit)]
    return []


def _plans(report: Report, unit: str, others: Beside) -> Iterator[Any]:
    forecast, budgets = others.of("Forecast", unit), others.of("Budget", unit)
    running = report.days.through.replace(day=1)
    if report.state.bin == "month":
        yield from layers.expected_bars(forecast, unit)
        yield from layers.plan_lines(budgets, unit, "budget")
        yield from layers.plan_lines(others.of("Scenario", unit), unit, "scenario")
    elif report.state.bin == "cumulative" and report.window.start == running:
        for row in forecast:
            if row["month"] == running and report.state.top:
                yield from layers.expected_line(row, unit, report.days.through)
        for row in budgets:
            if row["month"] == running:
                yield layers.level(row["amount"], unit, row["name"])


def _marks(report: Report, happened: list[Row]) -> Iterable[tuple[date, str]]:
    yield from ((row["period"], charts.event_text(row)) for row in happened)
    if "events" in report.state.overlay:
        for note in annotations.of_report(report):
            yield annotations.period_of(note.day, report), note.sentence


def _events_caption(happened: list[Row]) -> None:
    if happened:
        texts = " · ".join(formats.plain(charts.event_text(row)) for row in happened[-5:])
        number = formats.counted(len(happened), "event")
        st.caption(f"Marked: {number} of these resources; the latest: {texts}")


def _clicked(selected: Any) -> Row | None:  # noqa: ANN401  a dictionary with attributes
    """The group, or period, of the mark or legend entry that was clicked."""
    for name in (charts.MARK, charts.LEGEND):
        points = selected.selection.get(name) if selected else None
        if points:
            return dict(points[0]) if isinstance(points, list) else _first(points)
    return None


def _first(points: dict[str, Any]) -> Row:
    return {key: value[0] if isinstance(value, list) else value for key, value in points.items()}
