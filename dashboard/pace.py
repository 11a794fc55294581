"""The chart of a month's pace: summed up by day, beside the month before and the forecast."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import pandas as pd

from dashboard import design
from reporting import formats, money
from reporting.charts import Chart
from reporting.query import Row
from reporting.ranges import last_of_month

FORECAST = "Forecast"
_HEIGHT = 300


def chart(rows: Sequence[Row], forecast: Row | None, unit: str) -> Chart:
    """Both months by day of the month, and a straight way to the forecast with its 80% band.

    Args:
        rows: Of reporting.overview.pace, of one currency.
        forecast: Of reporting.overview.forecast; None draws none.
        unit: The currency.
    """
    months = sorted({row["month"] for row in rows})
    names = {month: formats.month(month) for month in months}
    points = [_point(names[row["month"]], row["day"], row["amount"], unit) for row in rows]
    layers = []
    if forecast is not None and _is_ahead(rows[-1]):
        ahead = _ahead(rows[-1], forecast, unit)
        points += [each | {"series": FORECAST} for each in ahead]
        layers.append(_band(ahead, unit))
    current = names[months[-1]]
    colours = _scale(current, names, [design.TOTAL, design.REST, design.TOTAL])
    dashes = _scale(current, names, [[1, 0], [1, 0], [5, 4]])
    legend = alt.Legend(orient="top", symbolType="stroke")
    lines = alt.Chart(pd.DataFrame(points)).encode(
        x=_x(),
        y=_y("value", unit),
        color=alt.Color("series:N", title=None, scale=colours, legend=legend),
        strokeDash=alt.StrokeDash("series:N", scale=dashes, legend=None),
        tooltip=[
            alt.Tooltip("series:N", title="Month"),
            alt.Tooltip("on:N", title="Through"),
            alt.Tooltip("amount:N", title="Cost so far"),
        ],
    )
    drawn: Chart = alt.layer(
        *layers, lines.mark_line(strokeWidth=2.5), lines.mark_point(opacity=0, size=200)
    ).properties(height=_HEIGHT)
    return drawn


def sentence(rows: Sequence[Row], forecast: Row | None, unit: str) -> str:
    """What the chart shows, for a screen reader."""
    last = rows[-1]
    text = (
        f"Costs of {formats.month(last['month'])} summed up by day: "
        f"{formats.money(last['amount'], unit)} through {formats.day(last['day'])}"
    )
    months = sorted({row["month"] for row in rows})
    if len(months) > 1:
        whole = max((row for row in rows if row["month"] == months[0]), key=lambda row: row["day"])
        text += f"; all of {formats.month(months[0])} was {formats.money(whole['amount'], unit)}"
    if forecast is not None:
        text += f"; the forecast is {formats.money(forecast['expected'], unit)}"
    return f"{text}."


def _is_ahead(last: Row) -> bool:
    day: date = last["day"]
    return day < last_of_month(day)


def _ahead(last: Row, forecast: Row, unit: str) -> list[Row]:
    """Today and the month's end: what lies between was not forecast by day."""
    end = last_of_month(last["day"])
    low, high = (
        forecast[name] if forecast[name] is not None else forecast["expected"]
        for name in ("low_80", "high_80")
    )
    today = _point(FORECAST, last["day"], last["amount"], unit)
    return [
        today | {"low": today["value"], "high": today["value"]},
        _point(FORECAST, end, forecast["expected"], unit)
        | {
            "low": low / 100,
            "high": high / 100,
            "band": f"{formats.money(low, unit)} to {formats.money(high, unit)}",
        },
    ]


def _band(ahead: list[Row], unit: str) -> alt.Chart:
    band: alt.Chart = alt.Chart(pd.DataFrame(ahead)).mark_area(opacity=0.22, color=design.TOTAL)
    encoded: alt.Chart = band.encode(
        x=_x(),
        y=_y("low", unit),
        y2="high:Q",
        tooltip=[alt.Tooltip("band:N", title="80% band")],
    )
    return encoded


def _point(series: str, day: date, cents: int, unit: str) -> Row:
    return {
        "series": series,
        "day": day.day,
        "on": formats.day(day),
        # a chart's axis wants a float; the tooltip keeps the exact amount
        "value": cents / 100,
        "amount": formats.money(cents, unit),
    }


def _x() -> alt.X:
    axis = alt.Axis(values=[1, 5, 10, 15, 20, 25, 31], grid=False, ticks=False, format="d")
    return alt.X("day:Q", title="Day of the month", axis=axis, scale=alt.Scale(domain=[1, 31]))


def _y(name: str, unit: str) -> alt.Y:
    sign = "$" if unit == "USD" else ""
    title = None if sign else money.unit(unit)
    return alt.Y(f"{name}:Q", title=title, axis=alt.Axis(format=f"{sign},.0f", tickCount=5))


def _scale(current: str, names: dict[date, str], values: list[Any]) -> alt.Scale:
    """The running month, the one before and the forecast, each as it is always drawn."""
    before = next((name for name in names.values() if name != current), "")
    return alt.Scale(domain=[current, before, FORECAST], range=values)
