"""One resource: its head in words, its costs and tiers as charts, its facts as tables. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from dashboard import anomaly_tables, design, tables
from dashboard.resource_list import TYPES
from reporting import commands, formats, numerals
from reporting.charts import Chart
from reporting.query import Row
from reporting.ranges import ONE_DAY, Window

ROLE = (
    "Atlas does not let this key read its project, so all that is known of it is on the bill. "
    "The key lacks Project Read Only there."
)
GONE = "Atlas does not list it; it is still billed."
GONE_CLUSTER = "Atlas does not list it; it is still billed, mostly for backups that outlive it."
RECENT_DAYS, OFTEN, MOST_LANES = 90, 3, 24
"""A tier that changes at least so often scales; lanes of more periods are a bar code."""
NO_ACTIONS = "Actions work on clusters that Atlas lists and the key can read."
_SOURCES = {"bill": "bill", "resource": "resource itself", "project": "project"}


def facts(row: Row) -> dict[str, str]:
    """The head of the page: what it is, whose, where and how it is."""
    state = str(row["state"] or row["listing_status"])
    names = {
        "billed_not_listed": "billed, not listed", "no_project_access": "unreadable",
        "deleted": f"deleted {formats.day(row['gone_at'])}" if row["gone_at"] else "gone",
    }  # fmt: skip
    disk = None if row["disk_gb"] is None else f"{formats.number(row['disk_gb'], 0)} GB"
    found = {
        "Type": TYPES.get(row["resource_type"], row["resource_type"]),
        "Tier": row["instance_size"],
        "State": names.get(row["listing_status"], state),
        "Owner": row["owner"],
        "Project": row["project_name"],
        "Organization": row["org_name"],
        "Region": row["region"],
        "Nodes": row["nodes"],
        "Disk": disk,
        "MongoDB": row["mongodb_version"],
        "Created": formats.day(row["created_at"]) if row["created_at"] else None,
        "Flags": ", ".join(row["flags"]) or None,
    }
    return {name: str(value) for name, value in found.items() if value is not None}


def daily(rows: Sequence[Row], unit: str, marks: Sequence[Row], window: Window) -> Chart:
    """Cost by day and service, with a mark on each day on which something happened."""
    colours = design.colours(str(row["service"]) for row in rows)
    frame = pd.DataFrame([
        {
            "day": row["day"].isoformat(),
            "service": row["service"],
            # a chart's axis wants a float; the tooltip keeps the exact amount
            "value": row["amount"] / 100,
            "amount": formats.money(row["amount"], unit),
        }
        for row in rows
    ])  # fmt: skip
    days = [(window.start + ONE_DAY * n).isoformat() for n in range(window.days)]
    axis = alt.Axis(
        labelExpr="utcFormat(toDate(datum.value), '%-d %b')", labelAngle=0, ticks=False,
        labelOverlap="greedy", labelSeparation=16,
    )  # fmt: skip
    x = alt.X("day:O", title=None, scale=alt.Scale(domain=days), axis=axis)
    sign = "$" if unit == "USD" else ""
    bars: alt.Chart = alt.Chart(frame).mark_bar(cornerRadius=1)
    bars = bars.encode(
        x=x,
        y=alt.Y("value:Q", title=None, axis=alt.Axis(format=f"{sign},.2~f", tickCount=4)),
        color=alt.Color(
            "service:N", title=None,
            scale=alt.Scale(domain=list(colours), range=list(colours.values())),
            legend=alt.Legend(orient="bottom", columns=6, labelLimit=180),
        ),
        tooltip=[alt.Tooltip("day:N", title="Day"), alt.Tooltip("service:N", title="Service"),
                 alt.Tooltip("amount:N", title="Cost")],
    )  # fmt: skip
    return alt.layer(bars, *_marks(marks, window, x)).properties(height=260)


def _marks(marks: Sequence[Row], window: Window, x: alt.X) -> list[alt.Chart]:
    words: dict[str, list[str]] = {}
    for row in marks:
        if window.start <= row["day"] < window.end:
            words.setdefault(row["day"].isoformat(), []).append(happened(row))
    if not words:
        return []
    frame = pd.DataFrame({"day": words.keys(), "events": map("; ".join, words.values())})
    drawn: alt.Chart = alt.Chart(frame)
    base: alt.Chart = drawn.encode(
        x=x,
        tooltip=[alt.Tooltip("day:N", title="Day"), alt.Tooltip("events:N", title="Events")],
    )
    points = base.mark_point(
        color=design.EVENT, shape="triangle-down", filled=True, size=110, opacity=1
    )
    rules: alt.Chart = base.mark_rule(color=design.EVENT, strokeDash=[4, 3])
    return [rules, points.encode(y=alt.value(8))]


def happened(row: Row) -> str:
    """An event or a change of configuration in words."""
    change = " to ".join(str(row[name]) for name in ("before", "after") if row[name])
    if row["event"] in {"paused", "resumed"} or not change:
        return str(row["event"])
    return f"{row['event']}: {change}"


def tier_lanes(rows: Sequence[Row]) -> alt.Chart:
    """The tiers over time, a lane for what Atlas listed and one for what it billed."""
    colours = design.colours(str(row["size"]) for row in rows)
    frame = pd.DataFrame([
        {
            "source": row["source"], "tier": row["size"],
            "from": _moment(row["valid_from"]), "to": _moment(row["valid_to"]),
            "days": formats.span(row["valid_from"], row["valid_to"]),
        }
        for row in rows
    ])  # fmt: skip
    drawn: alt.Chart = alt.Chart(frame, height=alt.Step(34)).mark_bar(height=20)
    lanes: alt.Chart = drawn.encode(
        x=alt.X("from:T", title=None, scale=alt.Scale(type="utc"),
                axis=alt.Axis(format="%b %Y", labelOverlap="greedy", tickCount="month")),
        x2="to:T",
        y=alt.Y("source:N", title=None, sort=["Inventory", "Bill"], axis=alt.Axis(ticks=False)),
        color=alt.Color("tier:N", title=None,
                        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
                        legend=alt.Legend(orient="bottom", columns=8)),
        tooltip=[alt.Tooltip("source:N", title="Source"), alt.Tooltip("tier:N", title="Tier"),
                 alt.Tooltip("days:N", title="Days")],
    )  # fmt: skip
    return lanes


def tier_text(rows: Sequence[Row], through: date) -> str:
    """How often the tier on the bill changed in 90 days; nothing where it hardly did."""
    billed = sorted((row for row in rows if row["source"] == "Bill"), key=lambda r: r["valid_from"])
    since = through - timedelta(days=RECENT_DAYS)
    recent = [row for row in billed if row["valid_to"] > since]
    count = sum(row["valid_from"] > since for row in recent[1:])
    sizes = sorted({each for row in recent for each in row["size"].split(", ")}, key=_size)
    if count < OFTEN or len(sizes) < 2:
        return ""
    return (
        f"Scaled between {sizes[0]} and {sizes[-1]}: the tier on the bill changed {count} times in "
        f"the last {RECENT_DAYS} days, as autoscaling does. A day with both is billed for both."
    )


def _size(name: str) -> tuple[int, str]:
    digits = "".join(each for each in name if each.isdigit())
    return int(digits or 0), name


def _moment(day: date) -> str:
    return datetime(day.year, day.month, day.day).isoformat() + "Z"  # noqa: DTZ001  UTC by its Z


def sku_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Cost by category and SKU."""
    return pd.DataFrame([
        {
            "Category": row["category"],
            "Cost": tables.shown(row["amount"]),
            "Quantity": formats.quantity(row["quantity"], row["measured_in"] or ""),
            "SKU": row["sku"],
            "Description": row["description"],
        }
        for row in rows
    ])  # fmt: skip


def history_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """What happened, the newest first, and who says so."""
    ordered = sorted(rows, key=lambda row: row["day"], reverse=True)
    return pd.DataFrame([
        {
            "Day": row["day"],
            "Event": row["event"],
            "Before": row["before"],
            "After": row["after"],
            "Seen in": row["seen_in"],
        }
        for row in ordered
    ])  # fmt: skip


def tag_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Its tags: those it has now with their source, and the days they were first seen with."""
    return pd.DataFrame([
        {
            "Tag": row["key"],
            "Value": row["value"],
            "Current": "yes" if row["is_current"] else "no",
            "Source": _sources(row["sources"]),
            "On costs since": row["first_day"],
            "On costs until": row["last_day"],
        }
        for row in rows
    ])  # fmt: skip


def _sources(text: str | None) -> str | None:
    return text and ", ".join(_SOURCES.get(each, each) for each in text.split(", "))


def line_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Lines of the bill as Atlas booked them."""
    return pd.DataFrame([
        {
            "Usage day": row["usage_date"],
            "Invoice": formats.month(row["invoice_month"]),
            "SKU": row["sku"],
            "Quantity": formats.quantity(row["quantity"], row["measured_in"] or ""),
            "Unit price": _exact(row["unit_price"]),
            "Cost": tables.shown(row["amount"]),
            "Line": row["line_item_id"],
        }
        for row in rows
    ])  # fmt: skip


def _exact(price: Decimal | None) -> str | None:
    return None if price is None else numerals.ungrouped(price)


def actions(row: Row) -> Mapping[str, str]:
    """The commands that plan what can be done about it; none where no action works."""
    is_cluster = row["resource_type"] in {"cluster", "flex_cluster"}
    if not is_cluster or row["listing_status"] != "active" or not row["project_name"]:
        return {}
    try:
        return commands.for_cluster(
            row["project_name"],
            row["resource_name"],
            connection=row["connection"],
            resource_type=row["resource_type"],
            instance_size=row["instance_size"],
            is_paused=bool(row["paused"]),
        )
    except ValueError:
        return {}


def savings_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """What could be saved on it."""
    return pd.DataFrame([
        {
            "Saving a month": tables.shown(row["amount"]),
            "What": row["summary"],
            "Confidence": row["confidence"],
            "State": row["state"],
            "How": row["action"],
        }
        for row in rows
    ])  # fmt: skip


def anomaly_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """When it cost more than expected."""
    return pd.DataFrame([
        {
            "Since": row["usage_date"],
            "Over expected": tables.shown(row["over"]),
            "Status": row["verdict"] or row["status"],
            "What": anomaly_tables.explained(row, row["over"], row["actual"], row["expected"]),
        }
        for row in rows
    ])  # fmt: skip


def configured(unit: str, *amounts: str) -> dict[str, Any]:
    """How the columns of amounts and moments of these tables are drawn."""
    config = st.column_config
    days = ("Day", "Since", "Usage day", "On costs since", "On costs until")
    moments = ("Taken", "Expires", "Finished", "Data of")
    return (
        {name: tables.amount_column(name, unit) for name in amounts}
        | {name: config.DateColumn(name, format="D MMM YYYY") for name in days}
        | {
            # wide by itself only where the first rows have one
            name: config.DatetimeColumn(name, format="D MMM YYYY, HH:mm", width=140)
            for name in moments
        }
    )
