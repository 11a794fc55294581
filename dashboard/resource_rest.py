"""Beside the list of active resources: what else the month cost, what is gone, and its types."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import components, navigation, row_links, tables
from dashboard.resource_list import AMOUNTS, TYPES, by_type, count, total
from reporting import formats
from reporting.query import Row

FILTERED = "hidden by the filters"
WHY = {
    "organization": "charged to the organization, not to a resource",
    "other_currency": "paid in another currency before",
}


@dataclass(frozen=True)
class Beside:
    """What the month's total has beside a list: a sentence that adds up, and rows with reasons."""

    sentence: str
    rows: list[dict[str, Any]]


def beside(every: Sequence[Row], shown: Sequence[Row], found: Sequence[Row], unit: str) -> Beside:
    """The month's total as list, filtered rows, and what no list has.

    Args:
        every: All active resources of a currency.
        shown: Those that the filters leave.
        found: Rows of reporting.resources.beside.
        unit: Their currency.
    """
    hidden = total(every) - total(shown)
    lines = [
        {"Cost": row["what"], "Why": why(row), "Month to date": tables.shown(row["amount"])}
        for row in found
    ]
    if hidden:
        kept = {row["resource_id"] for row in shown}
        rest = count([row for row in every if row["resource_id"] not in kept])
        lines = [{"Cost": rest, "Why": FILTERED, "Month to date": tables.shown(hidden)}, *lines]
    outside = hidden + sum(row["amount"] for row in found)
    here, there, both = (
        formats.plain(formats.money(each, unit))
        for each in (total(shown), outside, total(shown) + outside)
    )
    return Beside(
        f"{here} in this list plus {there} outside it is the month to date, {both}, as on the "
        "overview. Projected this month is of this list alone: the forecast of the month also has "
        "what is beside it, support and the minimum charge.",
        lines,
    )


def why(row: Row) -> str:
    """Why a cost of the month is not in the list, in words."""
    if row["reason"] != "gone":
        return WHY[row["reason"]]
    if row["gone_on"]:
        return f"deleted on {formats.day(row['gone_on'])}"
    return f"no longer billed since {formats.day(row['last_day'])}"


SEEN_IN = {
    "inventory": "Atlas lists it no more", "bill": "the bill ends",
    "last_billed": "billed no more",
}  # fmt: skip


def deleted_frame(rows: Sequence[Row]) -> pd.DataFrame:
    """What is gone, the latest first."""
    return pd.DataFrame([
        {
            "Name": row_links.name(row),
            "Owner": row["owner"],
            "Project": row["project_name"],
            "Type": TYPES.get(row["resource_type"], row["resource_type"]),
            "Tier": row["instance_size"],
            "Gone on": row["gone_on"],
            "Known by": SEEN_IN.get(row["seen_in"], row["seen_in"]),
            "Cost in all": tables.shown(row["total"]),
            "Still billed this month": tables.shown(row["still_billed"]),
            "First billed": row["first_day"],
            "Last billed": row["last_day"],
        }
        for row in rows
    ])  # fmt: skip


def deleted_columns(unit: str) -> dict[str, Any]:
    """How they are drawn."""
    config = st.column_config
    dates = ("Gone on", "First billed", "Last billed")
    amounts = ("Cost in all", "Still billed this month")
    drawn: dict[str, Any] = {name: config.DateColumn(name, format="D MMM YYYY") for name in dates}
    drawn |= {name: tables.amount_column(name, unit) for name in amounts}
    return drawn | {"Name": row_links.column("Name")}


def types(rows: list[Row]) -> None:
    """Each type with its count; the list is a filter away."""
    for unit, found in components.by_unit(rows).items():
        components.unit_heading(unit, (row["unit"] for row in rows))
        frame = pd.DataFrame(by_type(found))
        for name in AMOUNTS:
            frame[name] = frame[name].map(tables.shown)
        lists = [
            navigation.link("active-resources", f__resource_type=name)
            for name in frame["resource_type"]
        ]
        row_links.table(
            frame.drop(columns="resource_type"), {"Type": lists}, key=f"resources.types.{unit}",
            height="content", column_config={"Type": row_links.column("Type")} | {
                name: tables.amount_column(title, unit) for name, title in AMOUNTS.items()
            },
        )  # fmt: skip
