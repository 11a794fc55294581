"""Backups as cards and tables. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import row_links, tables
from dashboard.figures import Figure
from dashboard.kept_tables import days_text, gigabytes
from reporting import formats
from reporting.query import Row

VIEWS = {
    "all": "All clusters", "orphans": "Gone clusters", "pit": "Point-in-time outside production",
    "copies": "Copied to other regions", "none": "Without backup",
}  # fmt: skip
TO_DATE = "All that the bill calls Backup this month so far"
GONE = "Backups billed this month of clusters that Atlas lists no more"
OUTSIDE = (
    "Continuous backup, month to date, of clusters without a tag `env` or `environment` that "
    "begins with prod"
)
OFF = "Dedicated clusters whose backup is off"
NEVER = (
    "No completed restore of their backups, into any cluster, among those that Atlas still lists"
)
# a browser takes the width from the first rows, which may have nothing or something short
_DAY_PX, _WIDTHS = 93, {"Backup": 84, "Types": 215}
KINDS = {"listed": "listed", "gone": "gone", "unreadable": "unreadable"}


def seen(rows: Sequence[Row], view: str) -> list[Row]:
    """The clusters of a view."""
    tests: dict[str, Callable[[Row], bool]] = {
        "all": bool,
        "orphans": lambda row: row["kind"] == "gone",
        "pit": lambda row: (row["pit_enabled"] or row["pit"] > 0) and not row["is_production"],
        "copies": lambda row: bool(row["copy_regions"]),
        "none": lambda row: row["kind"] == "listed" and row["backup_enabled"] is False,
    }
    return [row for row in rows if tests[view](row)]


def cards(rows: Sequence[Row], unit: str) -> list[Figure]:
    """What backups cost, how much of it nobody may want, and what was never restored."""
    orphans, pit = seen(rows, "orphans"), seen(rows, "pit")
    listed = [row for row in rows if row["kind"] == "listed" and row["snapshots"]]
    unproven = [row for row in listed if row["last_restore"] is None]
    continuous = formats.money(sum(row["pit"] for row in pit), unit)
    billed = _count([row for row in rows if row["amount"]])
    return [
        Figure("Backups, month to date", formats.money(_sum(rows), unit), billed, TO_DATE),
        Figure("Clusters that are gone", formats.money(_sum(orphans), unit), _count(orphans), GONE),
        Figure("PIT outside production", continuous, _count(pit), OUTSIDE),
        Figure("Without backup", _count(seen(rows, "none")), "that Atlas lists", OFF),
        Figure(
            "Never restored",
            _count(unproven),
            f"of {formats.count(len(listed))} with snapshots",
            NEVER,
        ),
    ]


def _sum(rows: Sequence[Row]) -> int:
    return sum(row["amount"] for row in rows)


def _count(rows: Sequence[Row]) -> str:
    return f"{formats.count(len(rows))} cluster{'' if len(rows) == 1 else 's'}"


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """A line for each cluster."""
    return pd.DataFrame([
        {
            "Cluster": row_links.name(row),
            "Project": row["project_name"],
            "Month to date": tables.shown(row["amount"]),
            "Point-in-time": tables.shown(row["pit"] or None),
            "Snapshots": row["snapshots"] or None,
            "Newest": row["newest"],
            "Last restore": row["last_restore"],
            "Restored into": row["restored_into"],
            "Backup": _backup(row),
            "Size": gigabytes(row["bytes"]),
            "Oldest": row["oldest"],
            "Kept for": days_text(row["longest_days"]),
            "Types": row["types"],
            "Environment": row["environment"] or None,
            "Copied to": row["copy_regions"],
        }
        for row in rows
    ])  # fmt: skip


def _backup(row: Row) -> str:
    if row["kind"] != "listed":
        return KINDS[row["kind"]]
    if row["backup_enabled"] is None:
        return formats.ABSENT
    return ("on, PIT" if row["pit_enabled"] else "on") if row["backup_enabled"] else "off"


def configured(unit: str) -> dict[str, Any]:
    """How they are drawn."""
    config = st.column_config
    days = ("Oldest", "Newest", "Last restore")
    return (
        {name: tables.amount_column(name, unit) for name in ("Month to date", "Point-in-time")}
        | {name: config.DateColumn(name, format="D MMM YYYY", width=_DAY_PX) for name in days}
        | {name: config.TextColumn(name, width=width) for name, width in _WIDTHS.items()}
        | {"Cluster": row_links.column("Cluster")}
    )


def frequencies(rows: Sequence[Row]) -> pd.DataFrame:
    """Snapshot storage by how often the policy takes them."""
    return pd.DataFrame([
        {
            "Policy": row["frequency"],
            "Snapshots": row["snapshots"] or None,
            "Size": gigabytes(row["bytes"]),
            "Month to date": tables.shown(row["amount"]),
        }
        for row in rows
    ])  # fmt: skip


def skus(rows: Sequence[Row]) -> pd.DataFrame:
    """What the bill names."""
    return pd.DataFrame([
        {
            "Category": row["category"],
            "Month to date": tables.shown(row["amount"]),
            "SKU": row["sku"],
        }
        for row in rows
    ])  # fmt: skip
