"""The days around an anomaly: what its scope cost, which days were odd, what was expected.

Pure. The warehouse has what was expected of all its days together, not of each; so a line at
their average is drawn, and only where the bars of its days add up to what the anomaly says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import altair as alt
import pandas as pd

from dashboard import design
from reporting import formats, money
from reporting.charts import Chart
from reporting.query import Row
from reporting.ranges import ONE_DAY

USUAL, ODD = "Usual day", "Day of the anomaly"
_EXPECTED = "Expected, average of its days"


@dataclass(frozen=True)
class Days:
    """What is drawn.

    Attributes:
        what: The costs that the bars show, in words.
        amounts: Cents by day, none left out.
        expected: Cents a day, on average; None where the bars are not what the anomaly counts.
        missing: Cents that the anomaly counts and the bars do not.
    """

    what: str
    amounts: dict[date, int]
    expected: int | None
    missing: int


def days_of(anomaly: Row, rows: Sequence[Row], start: date, end: date) -> Days:
    """The costs that carry an anomaly: a category's, or all of its resource's if those are meant.

    Args:
        anomaly: A row of marts.anomalies.
        rows: Of reporting.anomalies.daily.
        start: The first day.
        end: The day after the last.
    """
    service, category = anomaly["service"], anomaly["category"]
    scopes: list[tuple[str, Callable[[Row], bool]]] = [
        (
            f"{service}: {category}",
            lambda row: row["service"] == service and row["category"] == category,
        ),
        (str(service), lambda row: row["service"] == service),
        ("all usage", lambda _: True),
    ]
    found = [(what, _by_day(rows, fits, start, end)) for what, fits in scopes]
    for what, amounts in found:
        if _of_anomaly(anomaly, amounts) == anomaly["actual_cents"]:
            count = (anomaly["last_day"] - anomaly["usage_date"]).days + 1
            return Days(what, amounts, round(anomaly["expected_cents"] / count), 0)
    what, amounts = found[0]
    return Days(what, amounts, None, anomaly["actual_cents"] - _of_anomaly(anomaly, amounts))


def _by_day(
    rows: Sequence[Row], fits: Callable[[Row], bool], start: date, end: date
) -> dict[date, int]:
    amounts = {start + timedelta(days=n): 0 for n in range((end - start).days)}
    for row in rows:
        if fits(row):
            amounts[row["usage_date"]] += row["amount"]
    return amounts


def _of_anomaly(anomaly: Row, amounts: dict[date, int]) -> int:
    return sum(cents for day, cents in amounts.items() if _is_odd(anomaly, day))


def _is_odd(anomaly: Row, day: date) -> bool:
    return bool(anomaly["usage_date"] <= day <= anomaly["last_day"])


def chart(anomaly: Row, days: Days) -> Chart:
    """A bar a day, those of the anomaly marked, and a line at what was expected of them."""
    unit = anomaly["unit"]
    frame = pd.DataFrame([
        {
            "day": day.isoformat(),
            # a chart's axis wants a float; the tooltip keeps the exact amount
            "value": cents / 100,
            "amount": formats.money(cents, unit),
            "kind": ODD if _is_odd(anomaly, day) else USUAL,
        }
        for day, cents in days.amounts.items()
    ])  # fmt: skip
    sign = "$" if unit == "USD" else ""
    scale = alt.Scale(domain=[USUAL, ODD], range=[design.REST, design.MORE])
    bars = alt.Chart(frame, height=240).mark_bar(cornerRadiusEnd=1).encode(
        x=alt.X("yearmonthdate(day):T", title=None,
                axis=alt.Axis(format="%-d %b", grid=False, labelOverlap="greedy", tickCount=12)),
        y=alt.Y("value:Q", title=None if sign else money.unit(unit),
                axis=alt.Axis(format=f"{sign},.2~f", tickCount=5)),
        color=alt.Color("kind:N", title=None, scale=scale, legend=alt.Legend(orient="top")),
        tooltip=[alt.Tooltip("day:N", title="Day"), alt.Tooltip("amount:N", title="Cost"),
                 alt.Tooltip("kind:N", title="Kind")],
    )  # fmt: skip
    return alt.layer(bars, *_expected(anomaly, days))


def _expected(anomaly: Row, days: Days) -> list[alt.Chart]:
    if days.expected is None:
        return []
    frame = pd.DataFrame([{
        "from": anomaly["usage_date"].isoformat(),
        "to": (anomaly["last_day"] + ONE_DAY).isoformat(),
        "value": days.expected / 100,
        "amount": formats.money(days.expected, anomaly["unit"]),
        "what": _EXPECTED,
    }])  # fmt: skip
    line: alt.Chart = alt.Chart(frame).mark_rule(strokeWidth=3, strokeDash=[5, 3])
    drawn: alt.Chart = line.encode(
        x="yearmonthdate(from):T", x2="yearmonthdate(to):T", y="value:Q",
        color=alt.value(design.TOTAL),
        tooltip=[alt.Tooltip("what:N", title="Line"), alt.Tooltip("amount:N", title="A day")],
    )  # fmt: skip
    return [drawn]


def sentence(anomaly: Row, days: Days) -> str:
    """What the chart shows, for a screen reader."""
    unit = anomaly["unit"]
    text = (
        f"{days.what} of {anomaly['scope']} by day; from {formats.day(anomaly['usage_date'])} to "
        f"{formats.day(anomaly['last_day'])} it cost "
        f"{formats.money(_of_anomaly(anomaly, days.amounts), unit)}"
    )
    if days.expected is None:
        return f"{text}."
    return f"{text}, where {formats.money(days.expected, unit)} a day were expected."


def caption(anomaly: Row, days: Days) -> str:
    """What the bars and the line are, and what they leave out."""
    unit = anomaly["unit"]
    text = f"Bars: {days.what}, cost by usage day."
    if days.expected is not None:
        a_day = formats.money(days.expected, unit)
        return f"{text} Dashed: what was expected of its days, {a_day} a day on average."
    return (
        f"{text} The anomaly also counts {formats.money(days.missing, unit)} of other services or "
        "categories, which the cost report shows."
    )
