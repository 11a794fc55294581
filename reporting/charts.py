"""Altair charts of costs over time. Pure: rows in, a chart out; a name keeps its colour.

Clicks come back by two selections: `mark` (a bar, point or slice) and `legend`.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt
import pandas as pd

from reporting import formats, locales, money, numerals, palette
from reporting.queries import Report
from reporting.query import Row
from reporting.widths import text_px

COMPLETE, PARTIAL = "Complete period", "Partial period"
# Vega-Lite has no hatching: stripes are a gradient with hard edges, seen through lighter bars.
_EDGES = [n / 14 for n in range(15)]
HATCH = {
    "gradient": "linear", "x1": 0, "y1": 0, "x2": 1, "y2": 1,
    "stops": [
        {"offset": edge, "color": "#ffffff" if (n + side) % 2 else "#4a5551"}
        for n, edge in enumerate(_EDGES)
        for side in (0, 1)
    ],
}  # fmt: skip
MARK, LEGEND = "mark", "legend"
# Streamlit fits plot and legend into one height.
HEIGHT, LEGEND_ROW, CLIPPED_PX = 315, 18, 14
# What a chart has at 1280 px beside "Why it changed".
NARROWEST, MOST_COLUMNS, LABEL_PX = 600, 6, 220
# Of 11 px of type: 6.8 for capitals and 4.8 for the other letters of a name were measured.
LETTERS_PX = 6.9, 5.3
MOST_LABELS, LONGEST_LABEL, MOST_ENTRIES = 12, 30, 12
Chart = alt.Chart | alt.LayerChart | alt.FacetChart
Partials = Mapping[date, str]
_STEPS = {"month": "%b %Y", "quarter": "from %b %Y", "week": "%-d %b", "day": "%-d %b"}
# a reader counts in days, weeks, months and years, not in elevens
_STRIDES = {"month": (1, 3, 6, 12), "quarter": (1, 2, 4), "week": (1, 2, 4, 13, 26, 52)}
_DAYS = (1, 2, 7, 14, 28, 91, 182, 364)


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


def over_time(
    report: Report, rows: list[Row], unit: str, partials: Partials, ahead: Sequence[date] = ()
) -> Chart:
    """Amounts by period, each group in its colour, the dearest at the foot of a stack.

    Periods that do not show all of their costs are hatched, or before a band where lines run.

    Args:
        report: What is drawn.
        rows: Amounts by group and period, of one currency or unit of usage.
        unit: That currency or unit.
        partials: Why periods are partial, in words.
        ahead: Periods that the axis has besides, for what is expected of them.
    """
    kind = report.state.chart
    frame, colours = _frame(report, rows, unit, partials), _colours(rows)
    if kind == "pie":
        return _pie(frame, colours)
    periods = sorted({*frame["period"], *(each.isoformat() for each in ahead)})
    drawn = _encoded(_marked(frame, kind), report, colours, periods)
    drawn = drawn.encode(y=_amounts(kind, unit, report.state.measure)).add_params(*_clicks())
    if not partials:
        return drawn
    if kind in {"line", "area"}:
        return alt.layer(_bands(partials), drawn)
    lighter = alt.Scale(domain=[COMPLETE, PARTIAL], range=[1, 0.62])
    drawn = drawn.encode(opacity=alt.Opacity("state:N", scale=lighter, legend=None))
    return alt.layer(_hatching(frame, kind), drawn)


def _hatching(frame: pd.DataFrame, kind: str) -> alt.Chart:
    """Stripes behind what is partial, as high as what stands on them."""
    partial = frame[(frame["state"] == PARTIAL) & (frame["value"] > 0)]
    keys = ["period", "group"] if kind == "multi_bar" else ["period"]
    sums = partial.groupby(keys, as_index=False)["value"].sum()
    drawn: alt.Chart = alt.Chart(sums).mark_bar(cornerRadius=1, fill=HATCH)
    hatching: alt.Chart = drawn.encode(x="period:O", y=alt.Y("value:Q", title=None))
    return hatching.encode(xOffset="group:N") if kind == "multi_bar" else hatching


def short(label: str) -> str:
    """A label that a legend has room for; its end tells alike ones apart."""
    text, half = printable(label), LONGEST_LABEL // 2
    return text if len(text) <= LONGEST_LABEL else f"{text[:half]}…{text[-half + 1 :]}"


def printable(text: str) -> str:
    """Text without what no picture can hold: a null character ends the process that draws it."""
    return "".join(each if each.isprintable() else " " for each in text)


def axis_of_periods(periods: Sequence[str], step: str) -> alt.Axis:
    """An axis with a label at every so many periods, so that none is in the way of another."""
    strides = _STRIDES.get(step, _DAYS)
    most = MOST_LABELS if step != "quarter" else 8
    stride = next((n for n in strides if len(periods) / n <= most), strides[-1])
    label = f"utcFormat(toDate(datum.value), '{_STEPS.get(step, '%-d %b')}')"
    return alt.Axis(
        labelExpr=label, labelAngle=0, labelOverlap="greedy", labelSeparation=8, ticks=False,
        values=list(periods[::stride]),
    )  # fmt: skip


def axis_of_amounts(unit: str, measure: str = "cost") -> alt.Axis:
    """An axis of amounts with their currency: a sign where it has one, else its name."""
    is_money = measure == "cost" and money.is_code(unit)
    before, after = money.around(unit) if is_money else ("", "")
    title = None if is_money else money.unit(unit)
    before, after = (json.dumps(each, ensure_ascii=False) for each in (before, after))
    number = f"{before} + format(abs(datum.value), ',.2~f') + {after}"
    label = f"(datum.value < 0 ? '-' : '') + {number}"
    return alt.Axis(labelExpr=label, tickCount=5, title=title)


def localized(chart: Any) -> Any:  # noqa: ANN401  every kind of chart
    """Lets a chart's axes write numbers as this run's locale does: `$` is of dollars.

    Returns:
        The same chart.
    """
    if locales.current() != locales.DEFAULT:
        config_of(chart)["locale"] = {"number": numerals.for_charts(money.around("USD"))}
    return chart


def config_of(chart: Any) -> Any:  # noqa: ANN401  every kind of chart
    """What a chart configures, to be changed: Altair's own ways copy it, 10 ms of layers each."""
    if chart.config is alt.Undefined:
        chart.config = alt.Config()
    return chart.config


def _frame(report: Report, rows: list[Row], unit: str, partials: Partials) -> pd.DataFrame:
    measure = report.state.measure
    return pd.DataFrame([
        {
            "period": row["period"].isoformat(),
            "group": short(group_label(row)),
            "name": printable(group_label(row)),
            "place": row["place"],
            # a chart's axis wants a float; the tooltip and the tables keep the exact amount
            "value": float(row["amount"]) / (1 if measure == "usage" else 100),
            "amount": amount_text(row["amount"], unit, measure),
            "state": PARTIAL if row["period"] in partials else COMPLETE,
            "note": partials.get(row["period"], COMPLETE),
        }
        for row in rows
    ])  # fmt: skip


def _clicks() -> tuple[alt.Parameter, alt.Parameter]:
    return (
        alt.selection_point(name=MARK, fields=["group", "period"]),
        alt.selection_point(name=LEGEND, fields=["group"], bind="legend"),
    )


def _colours(rows: list[Row]) -> dict[str, str]:
    """The colour of each short label, in the order of places."""
    places = {row["place"]: row for row in rows}
    ordered = [places[place] for place in sorted(places)]
    own = palette.colours(group_label(row) for row in ordered if not row["is_rest"])
    return {short(group_label(row)): own.get(group_label(row), palette.REST) for row in ordered}


def _marked(frame: pd.DataFrame, kind: str) -> alt.Chart:
    drawn: alt.Chart = alt.Chart(frame).mark_bar(cornerRadius=1, cursor="pointer")
    if kind == "line":
        drawn = drawn.mark_line(point=frame["period"].nunique() <= 62, strokeWidth=2.5)
    if kind == "area":
        drawn = drawn.mark_area(opacity=0.85)
    return drawn


def _amounts(kind: str, unit: str, measure: str) -> alt.Y:
    is_stacked = kind not in {"line", "multi_bar"}
    stack: Any = "zero" if is_stacked else None
    return alt.Y("value:Q", title=None, stack=stack, axis=axis_of_amounts(unit, measure))


def _encoded(
    drawn: alt.Chart, report: Report, colours: dict[str, str], periods: list[str]
) -> alt.Chart:
    step = report.state.bin
    encoded: alt.Chart = drawn.encode(
        x=alt.X("period:O", title=None, axis=axis_of_periods(periods, step)),
        color=_colour(colours),
        order=alt.Order("place:Q"),
        tooltip=[alt.Tooltip("period:N", title="From" if step != "day" else "Day"),
                 alt.Tooltip("name:N", title="Group"), alt.Tooltip("amount:N", title="Amount"),
                 alt.Tooltip("note:N", title="Period")],
    ).properties(height=_height(colours))  # fmt: skip
    if report.state.chart == "multi_bar":
        encoded = encoded.encode(xOffset=alt.XOffset("group:N", sort=list(colours)))
    return encoded


def _colour(colours: dict[str, str]) -> alt.Color:
    """The groups' colours, and a legend below the plot in as many columns as its labels allow.

    The legend has the dearest groups, as many as there are colours, and Other: more would leave
    the plot no room, and be grey alike.
    """
    names = list(colours)
    entries = names if len(names) <= MOST_ENTRIES else [*names[: MOST_ENTRIES - 1], names[-1]]
    legend = alt.Legend(
        # the size of a line's points would make each row of a legend as tall as two
        orient="bottom", labelLimit=LABEL_PX, symbolType="square", clipHeight=CLIPPED_PX,
        # Vega does not break a legend where the chart ends: a phone has room for fewer columns
        columns=alt.ExprRef(f"max(1, min({MOST_COLUMNS}, floor(width / {_entry_px(colours)})))"),
        values=entries,
    )  # fmt: skip
    scale = alt.Scale(domain=names, range=list(colours.values()))
    shown = legend if names != ["Total"] else None
    return alt.Color("group:N", title=None, sort=names, scale=scale, legend=shown)


def _columns(colours: dict[str, str]) -> int:
    return max(1, min(MOST_COLUMNS, NARROWEST // _entry_px(colours)))


def _entry_px(colours: dict[str, str]) -> int:
    """The widest entry of the legend, with its square and what sets it apart from the next."""
    widest = max((text_px(name, *LETTERS_PX) for name in colours), default=0)
    return round(min(widest, LABEL_PX)) + 26


def _height(colours: dict[str, str]) -> int:
    rows = -(-min(len(colours), MOST_ENTRIES) // _columns(colours))
    return HEIGHT + LEGEND_ROW * rows


def _pie(frame: pd.DataFrame, colours: dict[str, str]) -> alt.Chart:
    """Each group's part of the whole; what is negative is no part of anything."""
    last = frame["period"].max()
    sums = frame.groupby(["group", "name", "place"], as_index=False)["value"].sum()
    whole = sums["value"].sum()
    parts = sums[sums["value"] > 0].assign(period=last)
    shares = [formats.share(each / whole if whole else None) for each in parts["value"]]
    drawn: alt.Chart = alt.Chart(parts.assign(share=shares)).mark_arc(
        innerRadius=70, cursor="pointer", stroke="white", strokeWidth=0.5
    )
    pie: alt.Chart = drawn.encode(
        theta=alt.Theta("value:Q", stack=True),
        color=_colour(colours),
        order=alt.Order("place:Q"),
        tooltip=[alt.Tooltip("name:N", title="Group"), alt.Tooltip("share:N", title="Share")],
    ).properties(height=_height(colours))
    return pie.add_params(*_clicks())


def _bands(partials: Partials) -> alt.Chart:
    periods = [each.isoformat() for each in partials]
    frame = pd.DataFrame({"period": periods, "note": list(partials.values())})
    drawn: alt.Chart = alt.Chart(frame).mark_rect(color=palette.REST, opacity=0.2)
    bands: alt.Chart = drawn.encode(
        x=alt.X("period:O", title=None),
        tooltip=[alt.Tooltip("period:N", title="From"), alt.Tooltip("note:N", title="Period")],
    )
    return bands


def event_text(row: Row) -> str:
    """What happened to a resource, in words."""
    change = " to ".join(str(row[name]) for name in ("before", "after") if row[name])
    detail = f" ({change})" if change and row["event"] not in {"paused", "resumed"} else ""
    return f"{formats.day(row['at'])}: {row['resource']} {row['event']}{detail}"
