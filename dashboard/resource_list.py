"""Active resources as cards and tables; pure but for `draw`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import design, row_links, tables
from dashboard.figures import Figure
from reporting import formats
from reporting.query import Row
from reporting.ranges import ONE_DAY, Window
from reporting.resources import OWNER_KEYS, PAUSED, UNOWNED, UNREADABLE

TYPES = {
    "cluster": "Cluster", "flex_cluster": "Flex", "serverless_instance": "Serverless",
    "search_nodes": "Search nodes", "data_federation": "Data Federation",
    "stream_workspace": "Streams", "app_service": "App Services", "project": "Project",
    "organization": "Organization",
}  # fmt: skip
STATUS = {
    "active": "listed", "billed_not_listed": "billed, not listed",
    "no_project_access": "unreadable", "deleted": "gone",
}  # fmt: skip
AMOUNTS = {
    "month_to_date": "Month to date", "last_30_days": "Last 30 days",
    "projected_month": "Projected",
}  # fmt: skip
# What a column is called and how wide it is; the total above the list has the same widths. The
# amounts are beside the name, where a phone shows them too; of the 960 px that a page has on a
# screen of 1280, the shown ones take 957.
COLUMNS = {
    "resource_name": ("Name", 145), "month_to_date": ("Month to date", 93),
    "projected_month": ("Projected", 84), "trend": ("Trend", 50), "owner": ("Owner", 72),
    "project_name": ("Project", 78), "type": ("Type", 104), "instance_size": ("Tier", 62),
    "region": ("Region", 85), "state": ("State", 58), "flags": ("Flags", 126),
    "last_30_days": ("Last 30 days", 85), "org_name": ("Organization", 120),
    "cloud_provider": ("Provider", 75), "listing": ("Listed", 110), "nodes": ("Nodes", 60),
    "disk_gb": ("Disk GB", 70), "mongodb_version": ("Version", 75),
    "backup_enabled": ("Backup", 65), "pit_enabled": ("PIT", 50), "tag_text": ("Tags", 200),
    "created_at": ("Created", 95), "resource_id": ("ID", 200),
}  # fmt: skip
SHOWN = tuple(COLUMNS)[:11]
SORTS = {
    "projected_month": "Projected, highest first", "month_to_date": "Month to date, highest first",
    "last_30_days": "Last 30 days, highest first", "resource_name": "Name", "owner": "Owner",
    "project_name": "Project", "type": "Type", "created_at": "Created, newest first",
}  # fmt: skip
_DEAREST_FIRST = (*AMOUNTS, "created_at")
PROJECTED = (
    "Month to date, and for each day left the average of the last seven complete days: a rate, "
    "without what is billed late. A forecast also knows weekly patterns and late billing, and of "
    "the whole month Support and the minimum charge."
)
TO_DATE = "What these resources cost this month so far"
TALLEST = 1_100  # 30 rows


def total(rows: Sequence[Row], name: str = "month_to_date") -> int:
    """Cents of some resources together."""
    return sum(row[name] or 0 for row in rows)


def flagged(rows: Sequence[Row], flag: str) -> list[Row]:
    """The resources with a flag."""
    return [row for row in rows if flag in row["flags"]]


def cards(rows: Sequence[Row], unit: str) -> list[Figure]:
    """What resources of one currency cost, and how much of it nobody looks after."""

    def card(label: str, flag: str, meaning: str) -> Figure:
        found = flagged(rows, flag)
        amount = formats.money(total(found), unit)
        return Figure(label, amount, count(found), f"Month to date of {meaning}")

    owner = " or ".join(f"`{key}`" for key in OWNER_KEYS)
    projected = formats.money(total(rows, "projected_month"), unit)
    return [
        Figure("Projected this month", projected, count(rows), PROJECTED),
        Figure("Month to date", formats.money(total(rows), unit), count(rows), TO_DATE),
        card("Paused, still billed", PAUSED, "paused clusters, which keep paying for storage"),
        card("No owner", UNOWNED, f"resources without a tag {owner}"),
        card("Unreadable", UNREADABLE, "projects where the key lacks Project Read Only"),
    ]


def count(rows: Sequence[Row]) -> str:
    """How many there are, in words."""
    return f"{formats.count(len(rows))} resource{'' if len(rows) == 1 else 's'}"


def in_order(rows: Sequence[Row], sort: str) -> list[Row]:
    """The list by one of SORTS: amounts from the dearest, names from A, absence last."""
    present = [row for row in rows if row.get(sort) is not None]
    absent = [row for row in rows if row.get(sort) is None]

    def key(row: Row) -> Any:  # noqa: ANN401  whatever the column is
        return str(row[sort]).casefold() if isinstance(row[sort], str) else row[sort]

    return sorted(present, key=key, reverse=sort in _DEAREST_FIRST) + absent


def trend(days: Sequence[date], cents: Sequence[int], window: Window) -> list[float]:
    """Amounts of each day of a window, for a line: those without a cost are zero."""
    known = dict(zip(days, cents, strict=True))
    every = (window.start + ONE_DAY * n for n in range(window.days))
    return [known.get(day, 0) / 100 for day in every]


def frame(
    rows: Sequence[Row], columns: Sequence[str], trends: Mapping[str, list[float]]
) -> pd.DataFrame:
    """The list as a table draws it."""
    lines = [{name: _cell(row, name, trends) for name in columns} for row in rows]
    return pd.DataFrame(lines, columns=list(columns))


def _cell(row: Row, name: str, trends: Mapping[str, list[float]]) -> object:
    if name in AMOUNTS:
        return tables.shown(row[name])
    made: dict[str, Callable[[], object]] = {
        "resource_name": lambda: row_links.name(row),
        "trend": lambda: trends.get(row["resource_id"]),
        "type": lambda: TYPES.get(row["resource_type"], row["resource_type"]),
        "flags": lambda: ", ".join(row["flags"]),
        "listing": lambda: STATUS.get(row["listing_status"], row["listing_status"]),
        "disk_gb": lambda: None if row["disk_gb"] is None else float(row["disk_gb"]),
    }
    return made[name]() if name in made else row[name]


def total_line(rows: Sequence[Row], columns: Sequence[str]) -> pd.DataFrame:
    """The list's total in a table of its own, so that no sorting moves it."""
    line: dict[str, object] = dict.fromkeys(columns, "")
    line |= {name: tables.shown(total(rows, name)) for name in columns if name in AMOUNTS}
    line |= {name: None for name in columns if name == "trend"}
    return pd.DataFrame(
        [line | {columns[0]: f"Total of {formats.count(len(rows))}"}], columns=list(columns)
    )


def by_type(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Each type with its count and cents, the dearest first."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["resource_type"], []).append(row)
    lines = [
        {"resource_type": name, "Type": TYPES.get(name, name), "Resources": len(each)}
        | {key: total(each, key) for key in AMOUNTS}
        for name, each in found.items()
    ]
    return sorted(lines, key=lambda line: (-line["projected_month"], line["Type"]))


def with_name(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns to show: the name is always the first."""
    picked = columns or SHOWN
    return ("resource_name", *(each for each in picked if each != "resource_name"))


def configured(columns: Sequence[str], unit: str) -> dict[str, Any]:
    """How each column is drawn."""
    config = st.column_config
    made: dict[str, Any] = {
        "trend": config.AreaChartColumn(
            COLUMNS["trend"][0], width=COLUMNS["trend"][1], y_min=0, color=design.TEAL,
            help="Cost of each of the last 30 days",
        ),
        "disk_gb": tables.number_column("Disk GB", width=70),
        "created_at": config.DateColumn("Created", width=95, format="D MMM YYYY"),
    } | {name: tables.amount_column(COLUMNS[name][0], unit, width=COLUMNS[name][1])
         for name in AMOUNTS}  # fmt: skip
    plain = {
        name: config.Column(COLUMNS[name][0], width=COLUMNS[name][1], pinned=name == columns[0])
        for name in columns
    }
    return plain | {name: each for name, each in made.items() if name in columns}


def draw(
    rows: Sequence[Row], columns: Sequence[str], unit: str, trends: Mapping[str, list[float]]
) -> None:
    """The total, and beneath it the list; a name leads to the resource's page."""
    config = configured(columns, unit)
    tables.table(
        total_line(rows, columns), bold=True, placeholder="", column_config=config,
        key=f"resources.total.{unit}",
    )  # fmt: skip
    row_links.table(
        frame(rows, columns, trends),
        {"resource_name": list(map(row_links.resource, rows))},
        key=f"resources.list.{unit}",
        column_config=config | {"resource_name": row_links.column(*COLUMNS["resource_name"])},
        height=tables.height(len(rows), TALLEST),
    )
