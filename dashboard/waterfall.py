"""An invoice's way from list price to paid: levels stand on the axis, steps hang between them."""

from typing import Any

import altair as alt
import pandas as pd

from dashboard import design
from reporting import formats
from reporting.query import Row

NAMES = {
    "list": "List price", "discount": "Discount", "discount_not_applied": "Discount not applied",
    "rounding": "Rounding", "usage": "Usage", "commitment_shortfall": "Commitment shortfall",
    "credit": "Credits", "tax": "Tax", "starting_balance": "Starting balance",
    "unexplained": "Not explained", "billed": "Billed", "unpaid": "Not paid yet", "paid": "Paid",
}  # fmt: skip
NOT_APPLIED = (
    "Discount not applied: lines name this discount, but Atlas booked them without it (rule "
    "gross); so usage has it added back."
)
# An axis from zero would draw a step of 0.1 % a pixel wide: where every level is this near to the
# highest, the axis begins below the lowest instead, and says so.
NEAR, ROOM_BELOW, ROOM_FOR_LABELS = 0.5, 0.35, 0.3
_BAR, _ROW, _AXIS = 18, 26, 60
Axis = dict[str, Any]
Chart = alt.LayerChart | alt.FacetChart


def name(step: str, *, is_pending: bool = False) -> str:
    """A step in words; of a pending invoice a level is what there is so far."""
    so_far = is_pending and step in {"list", "usage", "billed"}
    return f"{NAMES.get(step, step)} so far" if so_far else NAMES.get(step, step)


def amount(row: Row) -> str:
    """A level as it is, any other step with its sign."""
    write = formats.money if row["is_level"] else formats.signed_money
    return write(row["amount"], row["unit"])


def with_unpaid(rows: list[Row], *, is_pending: bool) -> list[Row]:
    """The steps with what is still to be paid; nothing of a pending invoice is due."""
    found = {row["step"]: row for row in rows}
    if is_pending:
        return [row for row in rows if row["step"] != "paid" or row["amount"]]
    if not {"billed", "paid"} <= set(found):
        return rows
    billed, paid = found["billed"]["amount"], found["paid"]["amount"]
    if billed == paid:
        return rows
    step = {
        **found["paid"], "step": "unpaid", "is_level": False, "amount": paid - billed,
        "bar_start": billed, "bar_end": paid,
    }  # fmt: skip
    return [*(row for row in rows if row["step"] != "paid"), step, found["paid"]]


def told(rows: list[Row], *, is_pending: bool) -> str:
    """All steps in one sentence, for those who cannot see the chart."""
    steps = (f"{name(row['step'], is_pending=is_pending)} {amount(row)}" for row in rows)
    return f"Waterfall of the invoice: {', '.join(steps)}."


def floor(rows: list[Row]) -> int:
    """Cents at which the axis begins: zero, or just below where all levels are near each other."""
    ends: list[int] = [row["bar_end"] for row in rows]
    low, high = min(ends), max(ends)
    if low < high * NEAR or low <= 0:
        return min(low, 0)
    below = low - (high - low or high / 20) * ROOM_BELOW
    unit: int = 10 ** max(len(str(int(high - below))) - 1, 2)
    return max(int(below // unit) * unit, 0)


def chart(rows: list[Row], *, is_pending: bool, text: str) -> Chart:
    """Draws the steps of an invoice that has any, with their amounts in the colour `text`.

    A level of nothing beside others that are near each other is left out, or the axis would have
    to begin at zero for its sake.
    """
    drawn = _drawn(rows)
    start = floor(drawn)
    end = max(max(row["bar_start"], row["bar_end"]) for row in drawn)
    frame = _frame(drawn, start, is_pending=is_pending)
    domain = [start / 100, (end + (end - start) * ROOM_FOR_LABELS) / 100]
    unit = drawn[0]["unit"]
    title = f"{unit}; this axis begins at {formats.money(start, unit)}" if start > 0 else unit
    axis = {
        "title": title,
        "scale": alt.Scale(domain=domain, nice=False),
        "axis": alt.Axis(format="$,.2~f" if unit == "USD" else ",.2~f", values=_ticks(start, end)),
    }
    order = list(frame["step"])
    y = alt.Y(
        "step:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelLimit=170, ticks=False, labelOverlap=False),
    )
    return alt.layer(
        _links(frame, axis, y),
        _bars(frame, axis, y, is_pending=is_pending),
        _labels(frame, y, text),
    ).properties(height=_ROW * len(drawn) + _AXIS)


def _drawn(rows: list[Row]) -> list[Row]:
    others = [row for row in rows if row["step"] not in {"unpaid", "paid"}]
    paid = next((row["amount"] for row in rows if row["step"] == "paid"), None)
    return others if paid == 0 and floor(others) > 0 else rows


def _ticks(start: int, end: int) -> list[float]:
    """Round amounts over the bars and not over the room of the labels."""
    span = (end - start) / 100 or 1.0
    rough = span / 4
    size = 10.0 ** (len(str(int(rough))) - 1)
    step = next(size * each for each in (1, 2, 2.5, 5, 10) if size * each >= rough)
    first = -(-start / 100 // step) * step
    return [first + step * number for number in range(6) if first + step * number <= end / 100]


def _frame(rows: list[Row], start: int, *, is_pending: bool) -> pd.DataFrame:
    names = [name(row["step"], is_pending=is_pending) for row in rows]
    return pd.DataFrame([
        {
            "step": names[number],
            "next": names[min(number + 1, len(rows) - 1)],
            # an axis wants floats; the labels are exact
            "from": max(row["bar_start"], start) / 100,
            "to": row["bar_end"] / 100,
            "right": max(row["bar_start"], row["bar_end"]) / 100,
            "kind": "total" if row["is_level"] else "less" if row["amount"] < 0 else "more",
            "amount": amount(row),
        }
        for number, row in enumerate(rows)
    ])  # fmt: skip


def _bars(frame: pd.DataFrame, axis: Axis, y: alt.Y, *, is_pending: bool) -> alt.Chart:
    kinds = {"total": design.TOTAL, "less": design.LESS, "more": design.MORE}
    scale = alt.Scale(domain=list(kinds), range=list(kinds.values()))
    # its outline keeps a step of a cent two pixels wide
    drawn: alt.Chart = alt.Chart(frame).mark_bar(
        height=_BAR, strokeWidth=2, opacity=0.55 if is_pending else 1
    )
    bars: alt.Chart = drawn.encode(
        x=alt.X("from:Q", **axis), x2="to:Q", y=y,
        color=alt.Color("kind:N", legend=None, scale=scale),
        stroke=alt.Stroke("kind:N", legend=None, scale=scale),
        tooltip=[alt.Tooltip("step:N", title="Step"), alt.Tooltip("amount:N", title="Amount")],
    )  # fmt: skip
    return bars


def _links(frame: pd.DataFrame, axis: Axis, y: alt.Y) -> alt.Chart:
    drawn: alt.Chart = alt.Chart(frame).mark_rule(color=design.REST, strokeDash=[2, 2])
    links: alt.Chart = drawn.encode(x=alt.X("to:Q", **axis), y=y, y2="next:N")
    return links


def _labels(frame: pd.DataFrame, y: alt.Y, text: str) -> alt.Chart:
    drawn: alt.Chart = alt.Chart(frame).mark_text(align="left", dx=7, fontSize=12, color=text)
    labels: alt.Chart = drawn.encode(x="right:Q", y=y, text="amount:N")
    return labels
