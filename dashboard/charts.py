"""Altair charts from rows. Pure: rows in, a chart out; colours hold in light and in dark."""

import altair as alt
import pandas as pd

from dashboard import formats
from dashboard.data import Row

PALETTE = (
    "#12936a", "#3f7fe0", "#e6a02b", "#9561d8", "#df5f5b", "#1fa9bd", "#8fb93a", "#dd6cae",
    "#6f83a6", "#b98250",
)  # fmt: skip
REST = "#9aa5a1"
EVENT = "#c2417a"
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


def over_time(rows: list[Row], unit: str, measure: str, chart: str, step: str) -> alt.Chart:
    """Amounts by period, one colour a group, the dearest group at the foot of a stack."""
    frame = pd.DataFrame([
        {
            "period": row["period"].isoformat(),
            "group": group_label(row),
            "place": row["place"],
            # a chart's axis wants a float; the tooltip and the tables keep the exact amount
            "value": float(row["amount"]) / (1 if measure == "usage" else 100),
            "amount": amount_text(row["amount"], unit, measure),
        }
        for row in rows
    ])  # fmt: skip
    sign = "$" if unit == "USD" and measure == "cost" else ""
    return _encoded(_marked(frame, chart), f"{sign},.2~f", chart, step, _colours(rows))


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
                 alt.Tooltip("group:N", title="Group"), alt.Tooltip("amount:N", title="Amount")],
    ).properties(height=380)  # fmt: skip
    return encoded


def with_events(drawn: alt.Chart, events: list[Row]) -> alt.LayerChart | alt.FacetChart:
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
