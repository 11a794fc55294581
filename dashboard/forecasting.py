"""The forecast as charts and sentences. Pure: rows in, charts and text out."""

from collections.abc import Mapping, Sequence
from datetime import date

import altair as alt
import pandas as pd

from dashboard import design
from reporting import formats
from reporting.charts import Chart
from reporting.forecasts import NOT_ENOUGH
from reporting.query import Row
from reporting.ranges import DataDays, last_of_month

BEHIND, SO_FAR, AHEAD = "Billed", "Billed so far", "Forecast"
BASELINE = "Without changes"
TO_COME = {
    "late": "usage of days so far that is billed late", "support": "support",
    "minimum_charge": "minimum charge", "consulting": "consulting",
}  # fmt: skip
TOO_YOUNG = (
    "Not enough data: a forecast needs costs of 28 complete days. It comes with a later refresh."
)
TOO_FAR = (
    "Later months are not forecast: they begin more than twice as far ahead as costs reach back."
)
MONTH_AXIS = alt.Axis(
    labelExpr="utcFormat(toDate(datum.value), '%b %Y')", labelAngle=0, labelOverlap="greedy",
    labelSeparation=8, ticks=False,
)  # fmt: skip


def money_axis(unit: str) -> alt.Axis:
    """An axis of amounts; Atlas credits have no sign."""
    return alt.Axis(format=f"{'$' if unit == 'USD' else ''},.2~f", tickCount=5)


def major(cents: int | None) -> float | None:
    """An amount as a chart's axis takes it; tooltips have the exact one."""
    return None if cents is None else cents / 100


def chart(behind: Sequence[Row], ahead: Sequence[Row], unit: str) -> Chart:
    """Months billed as bars, months ahead as a line in its bands; the running month has both."""
    bars = pd.DataFrame([_behind(row, ahead, unit) for row in behind])
    line = pd.DataFrame([_ahead(row, unit) for row in ahead])
    kinds = {BEHIND: design.REST, SO_FAR: design.SKY, AHEAD: design.TOTAL}
    colour = alt.Color(
        "kind:N", title=None, scale=alt.Scale(domain=list(kinds), range=list(kinds.values())),
        legend=alt.Legend(orient="top", symbolType="square"),
    )  # fmt: skip
    month = alt.X("month:O", title=None, axis=MONTH_AXIS)
    layers: list[alt.Chart] = []
    if len(bars):
        drawn = alt.Chart(bars).mark_bar(cornerRadius=1)
        layers.append(drawn.encode(
            x=month, color=colour, y=alt.Y("value:Q", title=None, axis=money_axis(unit)),
            tooltip=[alt.Tooltip("name:N", title="Month"), alt.Tooltip("kind:N", title="Amount"),
                     alt.Tooltip("amount:N", title="Cost")],
        ))  # fmt: skip
    for level, opacity in (("95", 0.16), ("80", 0.3)):
        layers += _band(line, level, opacity, month)
    layers.append(alt.Chart(line).mark_line(
        strokeWidth=2.5, point={"filled": True, "size": 45}
    ).encode(x=month, y=alt.Y("value:Q", title=None), color=colour, tooltip=[
        alt.Tooltip("name:N", title="Month"), alt.Tooltip("amount:N", title="Forecast"),
        alt.Tooltip("band 80:N", title="80% band"), alt.Tooltip("band 95:N", title="95% band"),
    ]))  # fmt: skip
    return alt.layer(*layers).properties(height=330)


def _behind(row: Row, ahead: Sequence[Row], unit: str) -> Row:
    is_running = bool(ahead) and row["month"] == ahead[0]["month"]
    return {
        "month": row["month"].isoformat(), "name": formats.month(row["month"]),
        "kind": SO_FAR if is_running else BEHIND, "value": major(row["amount"]),
        "amount": formats.money(row["amount"], unit),
    }  # fmt: skip


def _ahead(row: Row, unit: str) -> Row:
    ends = {name: row[name] for name in ("low_80", "high_80", "low_95", "high_95")}
    return {
        "month": row["month"].isoformat(), "name": formats.month(row["month"]), "kind": AHEAD,
        "value": major(row["expected"]), "amount": formats.money(row["expected"], unit),
        "band 80": between(row, "80", unit), "band 95": between(row, "95", unit),
        **{name: major(cents) for name, cents in ends.items()},
    }  # fmt: skip


def _band(line: pd.DataFrame, level: str, opacity: float, month: alt.X) -> list[alt.Chart]:
    """A band with edges of full colour, which are seen on either ground."""
    low, high = f"low_{level}", f"high_{level}"
    shown = line.dropna(subset=[low, high])
    if shown.empty:
        return []
    base = alt.Chart(shown)
    area = base.mark_area(color=design.TOTAL, opacity=opacity)
    dash = [1, 0] if level == "80" else [4, 3]
    edge = base.mark_line(color=design.TOTAL, strokeWidth=1, strokeDash=dash)
    ends = [edge.encode(x=month, y=alt.Y(f"{end}:Q", title=None)) for end in (low, high)]
    return [area.encode(x=month, y=alt.Y(f"{low}:Q", title=None), y2=f"{high}:Q"), *ends]


def between(row: Row, level: str, unit: str, joined: str = "to") -> str:
    """A month's band in words; an en dash where there is none."""
    low, high = row[f"low_{level}"], row[f"high_{level}"]
    if low is None or high is None:
        return formats.ABSENT
    return f"{formats.money(low, unit)} {joined} {formats.money(high, unit)}"


def change(expected: int, before: int | None) -> float | None:
    """A month against the one before it; None where that is not known, or nothing."""
    return (expected - before) / abs(before) if before else None


def told(rows: Sequence[Row]) -> list[Row]:
    """The months that have an amount."""
    return [row for row in rows if row["expected"] is not None]


def method_text(method: str) -> str:
    """How a scope is forecast, in a sentence."""
    if method == NOT_ENOUGH:
        return "Not enough data."
    if method.startswith("sum of "):
        number = method.removeprefix("sum of ").removesuffix(" series")
        return (
            f"The sum of {number} forecasts, one for each resource, service and kind of charge, "
            "each by the method that was least off in earlier months."
        )
    if method == "no longer billed":
        return "Nothing is billed for it any more, so it is expected to cost nothing."
    return f"Method: {method}, which was least off in earlier months."


def error_text(quality: Sequence[Row]) -> str:
    """How far the forecast was off, and what two guesses without a method would have been."""
    ours = next((row for row in quality if row["chosen"]), None)
    if ours is None or not ours["origins"] or ours["mape_month_end"] is None:
        return "How far it is off is not known yet: no earlier month could be forecast."
    months = "1 earlier month" if ours["origins"] == 1 else f"{ours['origins']} earlier months"
    text = f"On average off by {_off(ours['mape_month_end'])} at month end, measured on {months}"
    if ours["mape_3_months"] is not None:
        text += f", and by {_off(ours['mape_3_months'])} three months ahead"
    others = [
        f"“{row['method']}” by {_off(row['mape_month_end'])}"
        for row in quality
        if not row["chosen"] and row["mape_month_end"] is not None
    ]
    return f"{text}. At month end, {' and '.join(others)}." if others else f"{text}."


def to_come_text(rows: Sequence[Row], unit: str, days: DataDays) -> str:
    """What a running month is still expected to cost, by kind; the amounts are what adds up.

    Args:
        rows: Of reporting.forecasts.to_come, of one unit.
        unit: The currency.
        days: How far the costs reach.
    """
    left = (last_of_month(days.through) - days.through).days
    names = TO_COME | {"days": f"usage of the {'day' if left == 1 else f'{left} days'} left"}
    parts = [
        f"{names.get(row['kind'], row['kind'])} {formats.money(row['amount'], unit)}"
        for row in rows
        if row["amount"]
    ]
    total = sum(row["amount"] for row in rows)
    until = formats.month(days.through)
    if not parts:
        return f"Nothing more is expected of {until} than is billed."
    return f"Still to come in {until}, {formats.money(total, unit)}: {', '.join(parts)}."


def _off(share: float) -> str:
    return formats.share(share)


def scenario_chart(rows: Sequence[Row], unit: str) -> Chart:
    """Each scenario's total beside what is expected without it."""
    names = sorted({row["scenario"] for row in rows})
    first = names[0] if names else ""
    frame = pd.DataFrame([
        *(_line(row, BASELINE, row["baseline"], unit) for row in rows if row["scenario"] == first),
        *(_line(row, row["scenario"], row["expected"], unit) for row in rows),
    ])  # fmt: skip
    colours = {BASELINE: design.REST, **design.colours(names)}
    base = alt.Chart(frame).encode(
        x=alt.X("month:O", title=None, axis=MONTH_AXIS),
        y=alt.Y("value:Q", title=None, axis=money_axis(unit), scale=alt.Scale(zero=False)),
        color=alt.Color(
            "scenario:N", title=None, sort=list(colours), legend=alt.Legend(orient="top"),
            scale=alt.Scale(domain=list(colours), range=list(colours.values())),
        ),
        tooltip=[
            alt.Tooltip("name:N", title="Month"), alt.Tooltip("scenario:N", title="Scenario"),
            alt.Tooltip("amount:N", title="Expected"),
            alt.Tooltip("difference:N", title="Difference"),
        ],
    )  # fmt: skip
    lines = base.transform_filter(alt.datum.scenario != BASELINE)
    without = base.transform_filter(alt.datum.scenario == BASELINE)
    return alt.layer(
        without.mark_line(strokeWidth=2, strokeDash=[5, 3]),
        lines.mark_line(strokeWidth=2.5, point={"filled": True, "size": 40}),
    ).properties(height=300)


def _line(row: Row, name: str, cents: int, unit: str) -> Row:
    difference = formats.ABSENT if name == BASELINE else signed(row["difference"], unit)
    return {
        "month": row["month"].isoformat(), "name": formats.month(row["month"]), "scenario": name,
        "value": major(cents), "amount": formats.money(cents, unit), "difference": difference,
    }  # fmt: skip


def signed(cents: int, unit: str) -> str:
    """A difference in words."""
    return formats.signed_money(cents, unit)


def as_asked(row: Row) -> Row:
    """A row of the table `scenarios` as the page's own question has it."""
    names = ("scenario", "month", "scope", "is_running", "price_basis")
    cents = {name: row[f"{name}_cents"] for name in ("baseline", "expected", "difference")}
    return {name: row[name] for name in names} | cents | {"unit": row["pricing_currency"]}


def over_12_months(rows: Sequence[Row]) -> dict[tuple[str, str], int]:
    """What each scope of each scenario changes in twelve months after the running one; cents."""
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        key = row["scenario"], row["scope"]
        found[key] = found.get(key, 0) + (0 if row["is_running"] else row["difference"])
    return found


def by_month(rows: Sequence[Row]) -> dict[tuple[str, str], Mapping[date, int]]:
    """The same month by month."""
    found: dict[tuple[str, str], dict[date, int]] = {}
    for row in rows:
        found.setdefault((row["scenario"], row["scope"]), {})[row["month"]] = row["difference"]
    return dict(found)
