"""Altair charts from rows. Pure: rows in, a chart out; colours hold in light and in dark."""

from collections.abc import Mapping
from datetime import date

import altair as alt
import pandas as pd

from reporting import formats
from reporting.queries import Report
from reporting.query import Row

PALETTE = (
    "#12936a", "#3f7fe0", "#e6a02b", "#9561d8", "#df5f5b", "#1fa9bd", "#8fb93a", "#dd6cae",
    "#6f83a6", "#b98250",
)  # fmt: skip
REST = "#9aa5a1"
EVENT = "#c2417a"
COMPLETE, PARTIAL = "Complete period", "Partial period"
Chart = alt.Chart | alt.LayerChart | alt.FacetChart
Partials = Mapping[date, str]
_STEPS = {"month": "%b %Y", "quarter": "from %b %Y", "week": "%-d %b", "day": "%-d %b"}


def amount_text(amount: object, unit: str, measure: str) -> str:
    """An amount of either measure, in words."""
    if measure == "usage":
        return formats.quantity(amount, unit)  # type: ignore[arg-type]  # decimal by the query's cast
    return formats.money(amount, unit)  # type: ignore[arg-type]  # whole cents by the query's cast


def group_label(row: Row) -> str:
    """The groups of a row in one label; the rest says how many groups it holds."""
    if row["is_rest"]:
        return f"Other ({row['members']} groups)"
    return " · ".join(str(row[key]) for key in row if key.startswith("label_")) or "Total"


def over_time(report: Report, rows: list[Row], unit: str, partials: Partials) -> Chart:
    """Amounts by period, one colour a group, the dearest group at the foot of a stack.

    Periods that do not show all of their costs are lighter, or behind a band where lines run.
    """
    measure, chart = report.state.measure, report.state.chart
    frame = pd.DataFrame([
        {
            "period": row["period"].isoformat(),
            "group": group_label(row),
            "place": row["place"],
            # a chart's axis wants a float; the tooltip and the tables keep the exact amount
            "value": float(row["amount"]) / (1 if measure == "usage" else 100),
            "amount": amount_text(row["amount"], unit, measure),
            "period state": PARTIAL if row["period"] in partials else COMPLETE,
            "note": partials.get(row["period"], COMPLETE),
        }
        for row in rows
    ])  # fmt: skip
    sign = "$" if unit == "USD" and measure == "cost" else ""
    marked, colours = _marked(frame, chart), _colours(rows)
    drawn = _encoded(marked, f"{sign},.2~f", chart, report.state.bin, colours)
    if not partials:
        return drawn
    return _lighter(drawn) if chart == "bar" else alt.layer(_bands(partials), drawn)


def _lighter(drawn: alt.Chart) -> alt.Chart:
    scale = alt.Scale(domain=[COMPLETE, PARTIAL], range=[1, 0.4])
    legend = alt.Legend(orient="bottom", symbolType="square")
    lighter: alt.Chart = drawn.encode(
        opacity=alt.Opacity("period state:N", title=None, scale=scale, legend=legend)
    )
    return lighter


def _bands(partials: Partials) -> alt.Chart:
    periods = [each.isoformat() for each in partials]
    frame = pd.DataFrame({"period": periods, "note": list(partials.values())})
    drawn: alt.Chart = alt.Chart(frame).mark_rect(color=REST, opacity=0.25)
    bands: alt.Chart = drawn.encode(
        x=alt.X("period:O", title=None),
        tooltip=[alt.Tooltip("period:N", title="From"), alt.Tooltip("note:N", title="Period")],
    )
    return bands


def _colours(rows: list[Row]) -> dict[str, str]:
    places = {row["place"]: row for row in rows}
    return {
        group_label(row): REST if row["is_rest"] else PALETTE[(place - 1) % len(PALETTE)]
        for place, row in sorted(places.items())
    }


def _marked(frame: pd.DataFrame, chart: str) -> alt.Chart:
    drawn: alt.Chart = alt.Chart(frame).mark_bar(cornerRadius=1)
    if chart == "line":
        drawn = drawn.mark_line(point=frame["period"].nunique() <= 31, strokeWidth=2.5)
    if chart == "area":
        drawn = drawn.mark_area(opacity=0.85)
    return drawn


def _encoded(
    drawn: alt.Chart, notation: str, chart: str, step: str, colours: dict[str, str]
) -> alt.Chart:
    label = f"utcFormat(toDate(datum.value), '{_STEPS.get(step, '%-d %b')}')"
    encoded: alt.Chart = drawn.encode(
        x=alt.X("period:O", title=None, axis=alt.Axis(
            labelExpr=label, labelAngle=0, labelOverlap="greedy", labelSeparation=12, ticks=False,
        )),
        y=alt.Y("value:Q", title=None, stack=None if chart == "line" else "zero",
                axis=alt.Axis(format=notation, tickCount=5)),
        color=alt.Color("group:N", title=None, sort=list(colours),
                        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
                        legend=alt.Legend(orient="bottom", columns=2, labelLimit=150)),
        order=alt.Order("place:Q"),
        tooltip=[alt.Tooltip("period:N", title="From" if step != "day" else "Day"),
                 alt.Tooltip("group:N", title="Group"), alt.Tooltip("amount:N", title="Amount"),
                 alt.Tooltip("note:N", title="Period")],
    ).properties(height=380)  # fmt: skip
    return encoded


def with_events(drawn: Chart, events: list[Row]) -> Chart:
    """A chart over time with a mark at each period in which something happened."""
    words: dict[str, list[str]] = {}
    for row in events:
        words.setdefault(row["period"].isoformat(), []).append(event_text(row))
    frame = pd.DataFrame({"period": words.keys(), "events": map("; ".join, words.values())})
    marks = alt.Chart(frame).encode(
        x=alt.X("period:O", title=None),
        tooltip=[alt.Tooltip("period:N", title="From"), alt.Tooltip("events:N", title="Events")],
    )
    rules = marks.mark_rule(color=EVENT, strokeDash=[4, 3])
    return alt.layer(drawn, rules, marks.mark_point(
        color=EVENT, shape="triangle-down", filled=True, size=110, opacity=1
    ).encode(y=alt.value(8)))  # fmt: skip


def event_text(row: Row) -> str:
    """What happened to a resource, in words."""
    change = " to ".join(str(row[name]) for name in ("before", "after") if row[name])
    detail = f" ({change})" if change and row["event"] not in {"paused", "resumed"} else ""
    return f"{formats.day(row['at'])}: {row['resource']} {row['event']}{detail}"


def bridge(rows: list[Row]) -> alt.Chart:
    """An invoice's way from usage to billed: totals stand on the axis, steps hang between."""
    frame = pd.DataFrame([
        {
            "step": step_name(row["step"]),
            "from": row["bar_start"] / 100,
            "to": row["bar_end"] / 100,
            "kind": "total" if row["is_total"] else "less" if row["amount"] < 0 else "more",
            "amount": formats.money(row["amount"], row["unit"]),
        }
        for row in rows
    ])  # fmt: skip
    kinds = {"total": PALETTE[0], "less": PALETTE[1], "more": PALETTE[2]}
    colour = alt.Scale(domain=list(kinds), range=list(kinds.values()))
    drawn: alt.Chart = alt.Chart(frame, height=38 * len(rows) + 30).mark_bar(
        cornerRadius=2, height=18
    )
    bars: alt.Chart = drawn.encode(
        x=alt.X("from:Q", title=None, axis=alt.Axis(format=",.2~f", tickCount=4)),
        x2="to:Q",
        color=alt.Color("kind:N", legend=None, scale=colour),
        y=alt.Y("step:N", sort=None, title=None, axis=alt.Axis(labelLimit=110, ticks=False)),
        tooltip=[alt.Tooltip("step:N", title="Step"), alt.Tooltip("amount:N", title="Amount")],
    )
    return bars


def step_name(step: str) -> str:
    """A bridge step as a heading."""
    return step.replace("_", " ").capitalize()
