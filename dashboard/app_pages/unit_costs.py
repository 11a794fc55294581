"""Unit costs: what one order, tenant or gigabyte costs, and how that changes."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import beginning, components, data, left_out, tables, unit_costing
from dashboard.address import Address
from dashboard.downloads import downloads
from dashboard.drawing import draw
from dashboard.head import head
from dashboard.unit_costing import price
from reporting import formats
from reporting import unit_costs as questions
from reporting.plan_sheets import sheets
from reporting.query import Query, Row
from reporting.unit_costs import ALL, NO_UNITS

BINS = {"month": "By month", "day": "By day"}


def card(rows: Sequence[Row]) -> None:
    """One metric's newest whole month beside the one before it."""
    now, before = unit_costing.newest_whole(rows)
    name = rows[0]["metric"]
    if now is None:
        st.metric(formats.plain(name), formats.ABSENT, "no whole month yet", delta_color="off",
                  delta_arrow="off", border=True)  # fmt: skip
        return
    ratio = unit_costing.change(price(now), price(before) if before else None)
    compared = f"vs. {formats.month(before['period_start'])}" if before else "first month"
    st.metric(
        f"{formats.plain(name)}: {formats.plain(unit_costing.per_text(now))}, "
        f"{formats.month(now['period_start'])}",
        formats.unit_price(price(now), now["unit"]),
        compared if ratio is None else f"{formats.change(ratio)} {compared}",
        border=True, height="stretch",
        delta_color="inverse" if ratio else "off", delta_arrow="auto" if ratio else "off",
    )  # fmt: skip


def periods(rows: Sequence[Row], step: str) -> None:
    """A metric's periods, newest first."""
    unit = rows[0]["unit"]
    title = f"Cost {unit_costing.per_text(rows[0])}"
    frame = pd.DataFrame([
        {
            "Period": unit_costing.period(row, step),
            title: formats.unit_price(price(row), unit),
            "Cost": tables.shown(row["cost"]),
            "Units": unit_costing.units_text(row),
            "Costs without units": tables.shown(row["without_units"]),
            "Days without units": row["missing_days"],
        }
        for row in reversed(rows)
    ])  # fmt: skip
    columns = {name: tables.amount_column(name, unit) for name in ("Cost", "Costs without units")}
    _right = st.column_config.TextColumn(title, alignment="right")
    units = st.column_config.TextColumn("Units", alignment="right")
    tables.table(
        frame, height=tables.height(len(frame)),
        column_config=columns | {title: _right, "Units": units},
    )  # fmt: skip


def labels(rows: Sequence[Row], of: Row) -> None:
    """Each label in one month, and what the costs of labels that nobody counted come to."""
    unit, month = of["unit"], of["period_start"]
    lines = []
    for label, found in unit_costing.by_label(rows).items():
        row = next((each for each in found if each["period_start"] == month), None)
        if row is None or label == ALL:
            continue
        earlier = [each["unit_cost"] for each in found if each["period_start"] < month]
        ratio = unit_costing.change(row["unit_cost"], earlier[-1] if earlier else None)
        lines.append({
            "Label": "Not counted" if label == NO_UNITS else label,
            "Unit cost": formats.unit_price(row["unit_cost"], unit),
            "Change": formats.ABSENT if ratio is None else formats.change(ratio),
            "Cost": tables.shown(row["cost"] or row["without_units"]),
            "Units": unit_costing.units_text({**row, "counted": of["counted"]}),
            "Trend": [float(each["unit_cost"]) for each in found if each["unit_cost"] is not None],
        })  # fmt: skip
    if not lines:
        return
    st.subheader(f"By label, {formats.month(month)}")
    right = {name: st.column_config.TextColumn(name, alignment="right")
             for name in ("Unit cost", "Change", "Units")}  # fmt: skip
    tables.table(
        pd.DataFrame(lines), height=tables.height(len(lines)),
        column_config=right | {
            "Cost": tables.amount_column("Cost", unit),
            "Trend": st.column_config.LineChartColumn("Trend", y_min=0),
        },
    )  # fmt: skip
    st.caption(
        "Trend: unit cost month by month. “Not counted” is what other labels cost, for which the "
        "metric's file has no units."
    )


head("Unit costs", "What one order, tenant or gigabyte costs.")
days = components.usage_days()
left_out.warn("plans", "unit_costs")
queries: dict[str, Query] = {"Months": questions.months()}
found = data.rows(queries["Months"])
if not found:
    queries["Projects"] = beginning.unit_costs(days)
    components.sql_behind(queries)
    st.stop()
metrics: dict[str, list[Row]] = {}
for row in found:
    metrics.setdefault(row["metric"], []).append(row)
with st.container(horizontal=True):
    for rows in metrics.values():
        card(rows)
address = Address("unit_costs")
with st.container(horizontal=True, vertical_alignment="bottom"):
    metric = address.choice("metric", "Metric", list(metrics), width=280)
    step = address.choice("bin", "Interval", BINS, is_short=True)
address.done()
by_month = metrics[metric]
drawn = by_month
if step == "day":
    queries["By day"] = questions.days(metric)
    drawn = data.rows(queries["By day"])
if drawn:
    draw(unit_costing.chart(drawn, step), f"Cost of {metric} as bars and per unit as a line")
else:
    st.info("This metric is counted once a month.", icon=":material/calendar_month:")
for sentence in unit_costing.gaps(by_month):
    st.caption(formats.plain(sentence))
queries["By label"] = questions.labels(metric)
whole, _ = unit_costing.newest_whole(by_month)
labels(data.rows(queries["By label"]), whole or by_month[-1])
st.subheader("Periods")
periods(drawn or by_month, step if drawn else "month")
downloads("atlas-unit-costs", sheets(queries))
components.sql_behind(queries)
