"""Tables of findings and of what was saved. Pure: rows in, frames out."""

from collections.abc import Mapping, Sequence
from datetime import date

import altair as alt
import pandas as pd

from dashboard import design, tables
from dashboard.saving_words import missing, rule_text
from reporting import formats
from reporting.money import unit as money_unit
from reporting.query import Row

AMOUNTS = ("A month", "Would have cost", "Cost", "Saved", "Promised")
PENDING = "Since the last refresh"


def findings(rows: Sequence[Row], pending: Mapping[str, str]) -> pd.DataFrame:
    """Findings of one currency, in the order of the rows."""
    lines = [
        {
            "A month": tables.shown(row["monthly_saving_cents"]),
            "Finding": row["summary"],
            "Confidence": row["confidence"],
            "Effort": row["effort"],
            "Risk": row["risk"],
            "State": state_text(row),
            PENDING: pending.get(row["finding_id"]),
            "Project": row["project_name"],
            "In the sum": "yes" if row["is_in_total"] else "counted elsewhere",
        }
        for row in rows
    ]
    return pd.DataFrame(lines).dropna(axis="columns", how="all")


def state_text(row: Row) -> str:
    """The state, until when it holds and why."""
    until = f" until {formats.day(row['state_until'])}" if row["state_until"] else ""
    reason = f": {row['state_reason']}" if row["state_reason"] else ""
    return f"{row['state']}{until}{reason}"


def unknown(rows: Sequence[Row], pending: Mapping[str, str]) -> pd.DataFrame:
    """Findings without an amount, with what is missing."""
    lines = [
        {
            "Finding": row["summary"],
            "Missing": missing(row),
            "Rule": rule_text(row["rule"]),
            "Project": row["project_name"],
            "State": state_text(row),
            PENDING: pending.get(row["finding_id"]),
        }
        for row in rows
    ]
    return pd.DataFrame(lines).dropna(axis="columns", how="all")


def realised(rows: Sequence[Row]) -> pd.DataFrame:
    """What was saved, by month and finding, the newest month first."""
    return pd.DataFrame([
        {
            "Month": formats.month(row["usage_month"]),
            "Saved": tables.shown(row["realised_cents"]),
            "Resource": row["resource_name"] or row["resource_id"],
            "Done on": row["done_on"],
            "Days counted": row["days"],
            "Would have cost": tables.shown(row["expected_cents"]),
            "Cost": tables.shown(row["actual_cents"]),
            "Promised": tables.shown(row["promised_cents"]),
            "Rule": rule_text(row["rule"]),
            "Finding": row["finding_id"],
        }
        for row in rows
    ])  # fmt: skip


def by_month(rows: Sequence[Row], column: str) -> dict[date, int]:
    """Cents of a column by month, the oldest first."""
    found: dict[date, int] = {}
    for row in sorted(rows, key=lambda row: row["usage_month"]):
        found[row["usage_month"]] = found.get(row["usage_month"], 0) + row[column]
    return found


def chart(rows: Sequence[Row], unit: str) -> alt.Chart:
    """What was saved each month."""
    frame = pd.DataFrame([
        {
            "month": formats.month(month),
            # a chart's axis wants a float; the tooltip keeps the exact amount
            "value": cents / 100,
            "amount": formats.money(cents, unit),
        }
        for month, cents in by_month(rows, "realised_cents").items()
    ])  # fmt: skip
    sign = "$" if unit == "USD" else ""
    bars: alt.Chart = alt.Chart(frame, height=200).mark_bar(
        color=design.LESS, cornerRadiusEnd=2, size=40
    )
    drawn: alt.Chart = bars.encode(
        x=alt.X("month:O", title=None, sort=None, axis=alt.Axis(labelAngle=0, ticks=False)),
        y=alt.Y("value:Q", title=None if sign else money_unit(unit),
                axis=alt.Axis(format=f"{sign},.2~f", tickCount=4)),
        tooltip=[alt.Tooltip("month:N", title="Month"), alt.Tooltip("amount:N", title="Saved")],
    )  # fmt: skip
    return drawn


def sentence(rows: Sequence[Row], unit: str) -> str:
    """What the chart shows, for a screen reader."""
    parts = [
        f"{formats.month(month)} {formats.money(cents, unit)}"
        for month, cents in by_month(rows, "realised_cents").items()
    ]
    return f"Saved by month: {', '.join(parts)}."
