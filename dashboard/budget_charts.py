"""Charts of budgets. Pure: rows in, charts out."""

from collections.abc import Iterable, Sequence

import altair as alt
import pandas as pd

from dashboard import design
from dashboard.forecasting import MONTH_AXIS, major, money_axis
from reporting import formats
from reporting.budgets import AT_RISK, EXCEEDED, NOT_ENOUGH_DATA, ON_TRACK
from reporting.charts import Chart
from reporting.query import Row

COLOURS = {
    EXCEEDED: design.RED, AT_RISK: design.GOLD, NOT_ENOUGH_DATA: design.REST,
    ON_TRACK: design.TEAL,
}  # fmt: skip
SPENT, PLAN, EXPECTED = "Spent", "Plan", "Expected"
LINES = {SPENT: design.TOTAL, EXPECTED: design.SKY, PLAN: design.PURPLE}
JOINER, NO_BREAK = "\u2060", "\u00a0"  # a chart drops spaces that nothing stands before
MOST_USED, MOST_BARS = 2.0, 25
"""A budget of which much more is used would make all others invisible; a table has the rest."""


def use(rows: Sequence[tuple[int, Row]], unit: str) -> Chart:
    """How much of each budget is used and will be, with the plan to date as a tick."""
    planned = [(depth, row) for depth, row in rows if row["budgeted"]]
    frame = pd.DataFrame([_use(depth, row, unit) for depth, row in planned[:MOST_BARS]])
    tips = [
        alt.Tooltip(f"{name}:N", title=name)
        for name in ("Budget", "Part of", "Status", "Amount", "Spent", "Plan to date", "Month end")
    ]
    top = max(1.1, *frame[["used", "expected", "plan"]].astype(float).fillna(0).max())
    x = alt.X("used:Q", title=None, scale=alt.Scale(domain=[0, top]),
              axis=alt.Axis(format="%", tickCount=6, orient="top"))  # fmt: skip
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(
        labelLimit=240, ticks=False, labelAlign="left", labelPadding=_label_px(frame["name"])
    ))  # fmt: skip
    colour = _by_status()
    base = alt.Chart(frame).encode(y=y, tooltip=tips)
    later = base.mark_bar(height=15, opacity=0.4).encode(x="expected:Q", color=colour)
    now = base.mark_bar(height=15).encode(x=x, color=colour)
    tick = base.mark_tick(thickness=3, size=25, color=design.PURPLE, opacity=1).encode(x="plan:Q")
    whole = alt.Chart(pd.DataFrame({"used": [1.0]})).mark_rule(
        color=design.REST, strokeDash=[4, 3], strokeWidth=1.5
    ).encode(x="used:Q")  # fmt: skip
    drawn: Chart = alt.layer(later, now, whole, tick).properties(height=30 * len(frame) + 70)
    return drawn


def _label_px(names: Iterable[str]) -> int:
    """Room for the longest name at 12 px, so that a phone keeps some for the bars."""
    return min(7 * max(map(len, names), default=0) + 12, 190)


def _by_status() -> alt.Color:
    scale = alt.Scale(domain=list(COLOURS), range=list(COLOURS.values()))
    legend = alt.Legend(orient="top", symbolOpacity=1, symbolType="square")
    return alt.Color("Status:N", title=None, scale=scale, legend=legend)


def _use(depth: int, row: Row, unit: str) -> Row:
    budgeted = row["budgeted"]
    shares = {"used": row["actual"], "expected": row["forecast"], "plan": row["plan_to_date"]}
    return {
        "name": indented(depth, row["budget"]), "Budget": row["budget"], "Status": row["status"],
        "Part of": row["parent"] or formats.ABSENT,
        "Amount": formats.money(budgeted, unit), "Spent": formats.money(row["actual"], unit),
        "Plan to date": formats.money(row["plan_to_date"], unit),
        "Month end": formats.money(row["forecast"], unit),
        **{
            name: None if cents is None else min(cents / budgeted, MOST_USED)
            for name, cents in shares.items()
        },
    }  # fmt: skip


def indented(depth: int, name: str) -> str:
    """A name as far to the right as it is deep in the tree."""
    return f"{JOINER}{4 * (depth - 1) * NO_BREAK}└ {name}" if depth else name


def by_day(rows: Sequence[Row], band: Row | None, unit: str) -> Chart:
    """A budget's month: spent so far, what is expected of the rest, and the plan, all added up."""
    known = [row for row in rows if row["is_known"]]
    later = [*known[-1:], *(row for row in rows if not row["is_known"])]
    is_expected = bool(later) and later[-1]["to_come"] is not None
    frame = pd.DataFrame([
        *(_day(row, SPENT, row["amount"], unit) for row in known),
        *(_day(row, EXPECTED, row["amount"], unit) for row in later if is_expected),
        *(_day(row, PLAN, row["plan"], unit) for row in rows if row["plan"] is not None),
    ])  # fmt: skip
    x = alt.X("day:T", title=None, axis=alt.Axis(format="%-d %b", tickCount=6, grid=False))
    lines = alt.Chart(frame).mark_line(strokeWidth=2.5).encode(
        x=x, y=alt.Y("value:Q", title=None, axis=money_axis(unit)),
        color=alt.Color("kind:N", title=None, legend=alt.Legend(orient="top"),
                        scale=alt.Scale(domain=list(LINES), range=list(LINES.values()))),
        strokeDash=alt.StrokeDash("kind:N", legend=None, scale=alt.Scale(
            domain=list(LINES), range=[[1, 0], [6, 3], [2, 2]]
        )),
        tooltip=[alt.Tooltip("on:N", title="To"), alt.Tooltip("kind:N", title="Amount"),
                 alt.Tooltip("amount:N", title="Added up")],
    )  # fmt: skip
    layers = [*_wedge(later, band, x), lines]
    drawn: Chart = alt.layer(*layers).properties(height=290)
    return drawn


def _day(row: Row, kind: str, cents: int, unit: str) -> Row:
    return {"day": row["day"].isoformat(), "on": formats.day(row["day"]), "kind": kind,
            "value": major(cents), "amount": formats.money(cents, unit)}  # fmt: skip


def _wedge(later: Sequence[Row], band: Row | None, x: alt.X) -> list[alt.Chart]:
    """The band of the month's end, reached as the days to come are: nothing is unsure today."""
    if band is None or len(later) < 2 or not later[-1]["to_come"]:
        return []
    start, whole = later[0]["amount"], later[-1]["to_come"]
    layers = []
    for level, opacity in (("95", 0.16), ("80", 0.3)):
        frame = pd.DataFrame([
            {
                "day": row["day"].isoformat(),
                **{
                    end: major(round(start + (band[f"{end}_{level}"] - start)
                                     * (row["to_come"] or 0) / whole))
                    for end in ("low", "high")
                },
            }
            for row in later
        ])  # fmt: skip
        base = alt.Chart(frame).encode(x=x)
        layers.append(base.mark_area(color=design.SKY, opacity=opacity).encode(
            y=alt.Y("low:Q", title=None), y2="high:Q"
        ))  # fmt: skip
        layers += [
            base.mark_line(color=design.SKY, strokeWidth=1).encode(y=alt.Y(f"{end}:Q", title=None))
            for end in ("low", "high")
        ]
    return layers


def by_month(rows: Sequence[Row], unit: str) -> Chart:
    """What was spent in each month, in the colour of its status, and its budget as a line."""
    frame = pd.DataFrame([
        {
            "month": row["month"].isoformat(), "name": formats.month(row["month"]),
            "spent": major(row["actual"]), "budget": major(row["budgeted"]),
            "Spent": formats.money(row["actual"], unit),
            "Budget": formats.money(row["budgeted"], unit),
            "Status": row["status"] or formats.ABSENT,
        }
        for row in rows
    ])  # fmt: skip
    base = alt.Chart(frame).encode(
        x=alt.X("month:O", title=None, axis=MONTH_AXIS),
        tooltip=[alt.Tooltip("name:N", title="Month"),
                 *(alt.Tooltip(f"{each}:N", title=each) for each in ("Spent", "Budget", "Status"))],
    )  # fmt: skip
    bars = base.mark_bar(cornerRadius=1).encode(
        y=alt.Y("spent:Q", title=None, axis=money_axis(unit)),
        color=_by_status(),
    )
    plan = base.mark_tick(color=design.PURPLE, thickness=3, opacity=1).encode(
        y=alt.Y("budget:Q", title=None)
    )
    drawn: Chart = alt.layer(bars, plan).properties(height=290)
    return drawn
