"""Why a report's amount differs from the one it is compared with, beside its chart."""

import streamlit as st

from dashboard import components, data, design, drawing
from reporting import changes, formats, layers
from reporting.query import Query, Row
from reporting.report import Report

WORDS = {
    "new": "New resources", "gone": "Gone", "resumed": "Resumed", "paused": "Paused",
    "tier": "Tier", "quantity": "More or less used", "price": "Price", "days": "Number of days",
    "follows_usage": "Support and minimum", "credit": "Credits", "moved": "Moved",
    "late": "Billed later",
}  # fmt: skip
MOST_STEPS = 8
# 9 microseconds of CPU a line: two seconds
MOST_LINES = 200_000


def can_say(report: Report) -> bool:
    """Whether causes are known of a report: of costs as booked, beside those of other days."""
    is_of_cost = report.state.measure == "cost" and not report.is_billed
    return bool(report.compared and is_of_cost and report.is_booked)


def why_not(report: Report) -> str:
    """Why no causes are known of a report that is compared."""
    if report.state.measure != "cost":
        return "Causes are known of costs, not of usage."
    return "Causes are known of costs as they were booked: turn off what Display changes."


def waterfall_when_asked(report: Report, totals: dict[str, list[Row]]) -> dict[str, Query]:
    """Draws the causes, at once where few lines are compared; the queries that were sent."""
    st.markdown("**Why it changed**")
    asked = {"Lines compared": changes.lines_compared(report)}
    [row] = data.rows(asked["Lines compared"])
    if row["lines"] > MOST_LINES and not st.toggle(
        f"Compare {formats.counted(row['lines'], 'line')} (takes a while)", key="report.why"
    ):
        return asked
    try:
        return {"Why": waterfall(report, totals)}
    except data.TooMuchError:
        st.caption(
            f"Comparing {formats.counted(row['lines'], 'line')} takes too long: choose fewer days."
        )
        return asked


def waterfall(report: Report, totals: dict[str, list[Row]]) -> Query:
    """Draws the causes of each currency's change; what they answer with."""
    query, ink = changes.causes(report), design.AXIS_TEXT[drawing.ground()]
    found = components.by_unit(data.rows(query))
    for unit, [total] in totals.items():
        components.unit_heading(unit, totals)
        rows = steps(found.get(unit, []))
        chart = layers.steps(rows, (total["previous"], total["amount"]), unit, ink)
        change = formats.signed_money(total["amount"] - total["previous"], unit)
        drawing.draw(chart, f"Why costs changed by {change}: {_spoken(rows, unit)}")
    return query


def steps(rows: list[Row]) -> list[Row]:
    """The causes in words, the largest first; many small ones are one step."""
    named = [{"label": WORDS[row["cause"]], "amount": row["amount"]} for row in rows]
    kept, rest = named[:MOST_STEPS], named[MOST_STEPS:]
    if rest:
        kept.append({"label": "Other causes", "amount": sum(row["amount"] for row in rest)})
    return kept


def _spoken(rows: list[Row], unit: str) -> str:
    return ", ".join(f"{row['label']} {formats.signed_money(row['amount'], unit)}" for row in rows)
