"""Findings of savings in words: each rule, its evidence, and what is missing to name an amount."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from reporting import formats
from reporting.query import Row
from reporting.ranges import ONE_DAY

# As docs/savings.md has them; a rule of one's own is called by its name.
RULES = {
    "tier_down": "A running cluster is idle enough for the next smaller tier.",
    "low_cpu_class": "A cluster needs its memory and not its CPU: the Low-CPU class is cheaper.",
    "empty_disk": "A disk is larger than its content will need soon.",
    "unused_iops": "Disk speed is billed that a standard disk would have.",
    "autoscaling_bounds": "Autoscaling has no upper bound, never scales down, or starts too large.",
    "scaled_up": "A cluster was made larger a while ago and stayed so.",
    "idle_cluster": "A cluster outside production runs and nobody uses it.",
    "unused_indexes": "Indexes that nobody uses take disk that could be smaller.",
    "suggested_indexes": "A busy cluster lacks indexes that the Performance Advisor suggests.",
    "schema_advice": "A busy cluster has a schema that the Performance Advisor would change.",
    "cold_data": "Databases that nobody uses take disk that could be smaller.",
    "flex_instead": "A flex cluster would hold what is in this M10.",
    "point_in_time": "Point-in-time backup runs outside production.",
    "long_retention": "Snapshots are kept for longer than their environment needs.",
    "orphaned_snapshots": "Backups are billed of a cluster that is gone.",
    "search_nodes": "Search nodes may be larger than search needs.",
    "costly_transfer": "Transfer to the internet or other regions is a large part of the cost.",
    "idle_endpoints": "Private endpoints lead to no running cluster.",
    "analytics_nodes": "Analytics nodes have nothing to do.",
    "advanced_security": "Advanced security is billed without encryption by keys of your own.",
    "idle_streams": "Stream processing is billed and no processor runs.",
    "bi_connector": "The BI Connector is on, which MongoDB retires.",
    "long_paused": "A cluster has been paused for a month and still costs its disks.",
    "out_of_hours": "A cluster outside production runs at nights and on weekends.",
}
DAYS_MEASURED = "days measured"


def rule_text(rule: str) -> str:
    """When a rule fires."""
    return RULES.get(rule, f"{rule.replace('_', ' ').capitalize()}.")


def evidence(finding: Row) -> list[Row]:
    """Evidence as rows of what, value, from and to; both days are counted."""
    return [
        {
            "What": each["what"],
            "Value": _value(each["figure"], each["unit"], finding["unit"]),
            "From": _day(each["from"]),
            "To": None if each["to"] is None else date.fromisoformat(each["to"]) - ONE_DAY,
        }
        for each in _figures(finding)
    ]


def missing(finding: Row) -> str:
    """What is missing to name an amount."""
    figures = _figures(finding)
    lacking = [
        f"{'a price for ' if each['unit'].startswith('cents') else ''}{each['what']}"
        for each in figures
        if each["figure"] is None
    ]
    measured = next((each for each in figures if each["what"] == DAYS_MEASURED), None)
    days = measured and measured["figure"]
    if days == 0:
        return "measurements: set ATLAS_COSTS_MEASUREMENTS=true, and wait for a week of them"
    if lacking:
        return ", ".join(lacking)
    if measured and days is not None:
        since = f", since {formats.day(_day(measured['from']))}" if measured.get("from") else ""
        return f"more measurements: there are {days} days{since}; a rule needs a week"
    return "see its evidence"


def _figures(finding: Row) -> Sequence[Row]:
    found: list[Row] = json.loads(finding["evidence"], parse_float=Decimal)
    return found


def _value(figure: object, unit: str, currency: str) -> str:
    if figure is None:
        return formats.ABSENT
    if unit.startswith("cents") and isinstance(figure, int | Decimal):
        cents = int(Decimal(figure).to_integral_value(ROUND_HALF_UP))
        return f"{formats.money(cents, currency)}{unit.removeprefix('cents')}"
    if isinstance(figure, int | Decimal):
        return formats.quantity(Decimal(figure), unit)
    return str(figure)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
