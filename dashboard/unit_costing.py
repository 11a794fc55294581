"""Unit costs as charts and sentences. Pure: rows in, charts and text out."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import altair as alt
import pandas as pd

from dashboard import design
from dashboard.forecasting import major, money_axis
from reporting import formats
from reporting.charts import Chart
from reporting.query import Row
from reporting.unit_costs import unit_cost

STEPS = {"month": "%b %Y", "day": "%-d %b"}
COST, PER_UNIT = "Cost", "Unit cost"


def price(row: Row) -> Decimal | None:
    """What so many units cost in a period, all labels together; in dollars or credits."""
    return unit_cost(row["cost"], row["units"], row["per"])


def per_text(row: Row) -> str:
    """What the unit cost is that of: `per order`, `per 1,000 orders`, `per 1,000 GB stored`."""
    what = row["counted"]
    if row["per"] == 1:
        return f"per {what}"
    return (
        f"per {formats.count(row['per'])} {what}{'s' if what.islower() and what.isalpha() else ''}"
    )


def is_whole(row: Row) -> bool:
    """Whether a month is over, and both its costs and its units are there."""
    return not (row["is_running"] or row["is_part_of_costs"]) and price(row) is not None


def newest_whole(rows: Sequence[Row]) -> tuple[Row | None, Row | None]:
    """The newest month that is whole, and the one before it, of one metric in order of time."""
    whole = [row for row in rows if is_whole(row)]
    return (whole[-1] if whole else None), (whole[-2] if len(whole) > 1 else None)


def change(now: Decimal | None, before: Decimal | None) -> float | None:
    """A relative change; None where there is nothing to compare with."""
    return None if now is None or not before else float((now - before) / before)


def period(row: Row, step: str) -> str:
    """A period's name; one that is running says so."""
    start = row["period_start"]
    name = formats.month(start) if step == "month" else formats.day(start)
    return f"{name} (to date)" if step == "month" and row["is_running"] else name


def chart(rows: Sequence[Row], step: str) -> Chart:
    """Cost as bars and cost per unit as a line, each on its own axis."""
    unit = rows[0]["unit"]
    frame = pd.DataFrame([
        {
            "period": row["period_start"].isoformat(), "name": period(row, step),
            COST: major(row["cost"]), PER_UNIT: _float(price(row)),
            "cost": formats.money(row["cost"], unit), "units": units_text(row),
            "price": f"{formats.unit_price(price(row), unit)} {per_text(row)}",
            "state": "running" if row["is_running"] else "whole",
        }
        for row in rows
    ])  # fmt: skip
    x = alt.X("period:O", title=None, axis=alt.Axis(
        labelExpr=f"utcFormat(toDate(datum.value), '{STEPS[step]}')", labelAngle=0,
        labelOverlap="greedy", labelSeparation=8, ticks=False,
    ))  # fmt: skip
    colour = alt.Color(
        "kind:N", title=None, legend=alt.Legend(orient="top"),
        scale=alt.Scale(domain=[COST, PER_UNIT], range=[design.REST, design.TOTAL]),
    )  # fmt: skip
    base = alt.Chart(frame).encode(x=x, tooltip=[
        alt.Tooltip("name:N", title="Period"), alt.Tooltip("price:N", title="Unit cost"),
        alt.Tooltip("cost:N", title="Cost"), alt.Tooltip("units:N", title="Units"),
    ])  # fmt: skip
    bars = base.mark_bar(cornerRadius=1).encode(
        y=alt.Y(f"{COST}:Q", axis=money_axis(unit), title=COST),
        color=colour,
        opacity=alt.condition(alt.datum.state == "running", alt.value(0.55), alt.value(1)),
    ).transform_calculate(kind=f"'{COST}'")  # fmt: skip
    line = base.mark_line(strokeWidth=2.5, point=len(rows) <= 31).encode(
        y=alt.Y(f"{PER_UNIT}:Q", axis=alt.Axis(
            format=f"{'$' if unit == 'USD' else ''},.4~g", tickCount=5, orient="right", grid=False,
        ), title=f"Cost {per_text(rows[0])}", scale=alt.Scale(zero=True)),
        color=colour,
    ).transform_calculate(kind=f"'{PER_UNIT}'")  # fmt: skip
    layered = alt.layer(bars, line).resolve_scale(y="independent")
    drawn: Chart = layered.properties(height=330)
    return drawn


def _float(amount: Decimal | None) -> float | None:
    """A chart's axis takes floats; the tooltip has the number in words."""
    return None if amount is None else float(amount)


def units_text(row: Row) -> str:
    """How many were counted."""
    if row["units"] is None:
        return formats.ABSENT
    return formats.quantity(row["units"], row["counted"])


def gaps(rows: Sequence[Row]) -> list[str]:
    """What is missing, in sentences: late counts, days without, costs that nothing divides."""
    newest, unit = rows[-1], rows[-1]["unit"]
    found = []
    if newest["lag_days"]:
        found.append(
            f"Units are counted through {formats.day(newest['units_through'])}, "
            f"{_number(newest['lag_days'], 'day')} behind the costs."
        )
    found += [
        f"{period(row, 'month')}: {_number(row['missing_days'], 'day')} with costs and no units."
        for row in rows[-3:]
        if row["missing_days"]
    ]
    if newest["without_units"]:
        found.append(
            f"{formats.money(newest['without_units'], unit)} of {period(newest, 'month')} "
            "are costs without units: nothing divides them."
        )
    if newest["is_part_of_costs"]:
        found.append(
            f"{period(newest, 'month')} has all its units and a part of its costs, so its unit "
            "cost is still too low."
        )
    return found


def _number(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count} {what}s"


def by_label(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Rows of each label, in their order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["label"], []).append(row)
    return found
