"""What stands on a chart of costs beside them: events and notes, forecasts, plans, unit costs."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd

from reporting import formats, numerals, palette
from reporting.charts import HATCH, Chart, axis_of_amounts, printable
from reporting.query import Row
from reporting.ranges import ONE_DAY, add_months

# Streamlit fits what is beneath the steps, an axis and its title of two lines, into the height too.
STEP_BAR, STEP, BENEATH_STEPS = 16, 24, 100
_PLANS = {"budget": palette.GOLD, "scenario": palette.PURPLE}


def with_layers(drawn: Chart, layers: Sequence[Chart]) -> Chart:
    """A chart with others on it, all at once: Altair copies what has layers with each one more."""
    return alt.layer(drawn, *layers) if layers else drawn


def marks(texts: Iterable[tuple[date, str]]) -> list[Chart]:
    """A line and a triangle at each period in which something happened."""
    words: dict[str, list[str]] = {}
    for period, text in texts:
        words.setdefault(period.isoformat(), []).append(printable(text))
    if not words:
        return []
    frame = pd.DataFrame({"period": words.keys(), "events": map("; ".join, words.values())})
    drawn = alt.Chart(frame).encode(
        x=_periods(),
        tooltip=[alt.Tooltip("period:N", title="From"), alt.Tooltip("events:N", title="Events")],
    )
    rules = drawn.mark_rule(color=palette.EVENT, strokeDash=[4, 3])
    points = drawn.mark_point(
        color=palette.EVENT, shape="triangle-down", filled=True, size=110, opacity=1
    )
    return [rules, points.encode(y=alt.value(8))]


def expected_bars(rows: list[Row], unit: str) -> list[Chart]:
    """What is still expected of each month, above what it cost so far, and the band around it."""
    frame = pd.DataFrame([
        {
            "period": row["month"].isoformat(),
            "from": row["actual"] / 100,
            "to": max(row["expected"], row["actual"]) / 100,
            "low": None if row["low"] is None else row["low"] / 100,
            "high": None if row["high"] is None else row["high"] / 100,
            "amount": _expected_text(row, unit),
        }
        for row in rows
    ])  # fmt: skip
    if frame.empty:
        return []
    shown = alt.Chart(frame).encode(x=_periods(), tooltip=_told("Forecast"))
    bars = shown.mark_bar(stroke=palette.REST, strokeDash=[3, 2], fill=HATCH, fillOpacity=0.25)
    band = shown.mark_rule(color=palette.REST, strokeWidth=2)
    return [
        bars.encode(y=alt.Y("from:Q", title=None), y2="to:Q"),
        band.encode(y=alt.Y("low:Q", title=None), y2="high:Q"),
    ]


def expected_line(row: Row, unit: str, through: date) -> list[Chart]:
    """The way from what a month cost so far to what it is expected to cost at its end."""
    end = add_months(row["month"], 1) - ONE_DAY
    days = [through + ONE_DAY * n for n in range((end - through).days + 1)]
    last = max(len(days) - 1, 1)
    frame = pd.DataFrame([
        {
            "period": day.isoformat(),
            "to": (row["actual"] + (row["expected"] - row["actual"]) * n / last) / 100,
            "low": _towards(row["actual"], row["low"], n / last),
            "high": _towards(row["actual"], row["high"], n / last),
            "amount": _expected_text(row, unit),
        }
        for n, day in enumerate(days)
    ])  # fmt: skip
    shown = alt.Chart(frame).encode(x=_periods(), tooltip=_told("Forecast, month"))
    line = shown.mark_line(strokeDash=[5, 4], color=palette.REST, strokeWidth=2.5)
    band = shown.mark_area(color=palette.REST, opacity=0.2)
    return [
        band.encode(y=alt.Y("low:Q", title=None), y2="high:Q"),
        line.encode(y=alt.Y("to:Q", title=None)),
    ]


def plan_lines(rows: list[Row], unit: str, kind: str) -> list[Chart]:
    """A budget or scenario: a line at its amount through each of its months."""
    frame = pd.DataFrame([
        {
            "period": row["month"].isoformat(),
            "to": row["amount"] / 100,
            "name": row["name"],
            "amount": f"{row['name']}: {formats.money(row['amount'], unit)}",
        }
        for row in rows
    ])  # fmt: skip
    if frame.empty:
        return []
    drawn = alt.Chart(frame).mark_tick(
        orient="horizontal", thickness=3, color=_PLANS[kind], width=alt.RelativeBandSize(0.95)
    )
    shown: Chart = drawn.encode(
        x=_periods(),
        y=alt.Y("to:Q", title=None),
        detail="name:N",
        tooltip=_told(kind.capitalize()),
    )
    return [shown]


def level(amount: int, unit: str, name: str) -> Chart:
    """A line across the whole chart, such as the month's budget in a cumulative one."""
    text = f"{name}: {formats.money(amount, unit)}"
    frame = pd.DataFrame([{"to": amount / 100, "amount": text}])
    drawn: Chart = (
        alt.Chart(frame)
        .mark_rule(color=palette.GOLD, strokeWidth=3)
        .encode(y=alt.Y("to:Q", title=None), tooltip=_told("Budget"))
    )
    return drawn


def with_unit_costs(drawn: Chart, rows: list[Row]) -> Chart:
    """A chart with what a unit cost as a line, against an axis of its own on the right."""
    if not rows:
        return drawn
    frame = pd.DataFrame([
        {
            "period": row["period"].isoformat(),
            "to": float(row["amount"]),
            "name": row["name"],
            "amount": unit_cost_text(row),
        }
        for row in rows
    ])  # fmt: skip
    title = f"{rows[0]['unit']} per {formats.count(rows[0]['per'])} {rows[0]['what']}"
    line = (
        alt.Chart(frame)
        .mark_line(color=palette.EVENT, point={"color": palette.EVENT}, strokeWidth=2)
        .encode(
            x=_periods(),
            y=alt.Y("to:Q", title=title, axis=alt.Axis(orient="right", grid=False)),
            detail="name:N",
            tooltip=_told("Unit cost"),
        )
    )
    both: Chart = alt.layer(drawn, line).resolve_scale(y="independent")
    return both


def unit_cost_text(row: Row) -> str:
    """What a unit cost, such as `orders: 1.75 USD per 1,000 order`."""
    cost = f"{numerals.ungrouped(row['amount'], '####')} {row['unit']}"
    return f"{row['name']}: {cost} per {formats.count(row['per'])} {row['what']}"


def steps(rows: list[Row], totals: tuple[int, int], unit: str, ink: str) -> Chart:
    """A waterfall from one amount to another: each cause hangs where the one before it ended.

    Args:
        rows: Causes in words (`label`) with their `amount` in cents.
        totals: The amounts it starts from and ends at, in cents; causes lie between them.
        unit: The currency.
        ink: The colour of amounts, which must be read on the page's ground.
    """
    before, after = totals
    levels = [before]
    for row in rows:
        levels.append(levels[-1] + row["amount"])
    low, high = min(*levels, after), max(*levels, after)
    # a step vanishes beside totals that stand on zero: the axis is cut below them, and says so
    floor = _cut(low, high)
    lines: list[dict[str, Any]] = [_total("Before", before, floor, unit)]
    lines += [
        {
            "step": row["label"], "from": start / 100, "to": end / 100,
            "kind": "more" if end > start else "less",
            "amount": formats.signed_money(row["amount"], unit),
        }
        for row, (start, end) in zip(rows, pairwise(levels), strict=True)
    ]  # fmt: skip
    lines.append(_total("Now", after, floor, unit))
    frame = pd.DataFrame(lines)
    kinds = {"less": palette.LESS, "more": palette.MORE, "total": palette.TOTAL}
    colour = alt.Scale(domain=list(kinds), range=list(kinds.values()))
    room = (high - floor or 100) * 0.9
    base = alt.Chart(frame, height=STEP * len(lines) + BENEATH_STEPS).encode(
        y=alt.Y(
            "step:N", sort=None, title=None,
            axis=alt.Axis(labelLimit=130, ticks=False, labelOverlap=False),
        ),
        color=alt.Color("kind:N", legend=None, scale=colour),
        tooltip=[alt.Tooltip("step:N", title="Cause"), alt.Tooltip("amount:N", title="Change")],
    )  # fmt: skip
    axis = axis_of_amounts(unit)
    axis.tickCount, axis.grid = 3, False
    axis.title = (
        [f"{unit}; this axis", f"begins at {formats.money(floor, unit)}"] if floor > 0 else unit
    )
    across = alt.X(
        "from:Q", axis=axis,
        scale=alt.Scale(domain=[floor / 100, (high + room) / 100], zero=False, nice=False),
    )  # fmt: skip
    # its outline keeps a step of a cent two pixels wide
    bars = base.mark_bar(height=STEP_BAR, strokeWidth=2).encode(
        x=across, x2="to:Q", stroke=alt.Stroke("kind:N", legend=None, scale=colour)
    )
    texts = base.transform_calculate(right="max(datum.from, datum.to)").mark_text(
        align="left", dx=6
    )
    return alt.layer(bars, texts.encode(x="right:Q", text="amount:N", color=alt.value(ink)))


def _cut(low: int, high: int) -> int:
    """Cents at which the axis begins: as far below the lowest level as all of them lie apart."""
    return min(0, low) if low <= 0 else max(low - max(high - low, low // 100), 0)


def _total(name: str, cents: int, floor: int, unit: str) -> dict[str, Any]:
    return {
        "step": name, "from": floor / 100, "to": cents / 100, "kind": "total",
        "amount": formats.money(cents, unit),
    }  # fmt: skip


def _periods() -> alt.X:
    return alt.X("period:O", title=None)


def _told(title: str) -> list[alt.Tooltip]:
    return [alt.Tooltip("amount:N", title=title)]


def _towards(start: int, end: int | None, share: float) -> float | None:
    return None if end is None else (start + (end - start) * share) / 100


def _expected_text(row: Row, unit: str) -> str:
    text = f"{formats.month(row['month'])}: {formats.money(row['expected'], unit)}"
    return f"{text}, {band_text(row, unit)}" if row["low"] is not None else text


def band_text(row: Row, unit: str) -> str:
    """The band that holds what comes in 80 of 100 months."""
    return f"80% {formats.money(row['low'], unit)} to {formats.money(row['high'], unit)}"
