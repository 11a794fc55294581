"""What needs somebody's attention: one sentence each, what is now and most dollars first.

Pure: rows in, items out; only `show` draws.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from dashboard import components
from dashboard.head import STALE_HOURS, refreshed
from dashboard.navigation import link, page_link
from reporting import formats, url_state, words
from reporting.anomalies import RECENT_DAYS
from reporting.query import Row
from reporting.ranges import Window
from reporting.state import Filter, ReportState

# Anomalies that ended longer ago are told together.
RECENT = timedelta(days=RECENT_DAYS)
_APART = ("difference_cents", "header_difference_cents", "credits_difference_cents")


@dataclass(frozen=True)
class Item:
    """One thing to look at.

    Attributes:
        sentence: Plain text, without the amount.
        cents: What it is about; None where that is not money.
        unit: The currency of the cents.
        icon: A Material symbol.
        page: What the link is called.
        href: Where to look further.
        is_past: Whether it ended before the month's and the last days' things.
    """

    sentence: str
    icon: str
    page: str
    href: str
    cents: int | None = None
    unit: str = ""
    is_past: bool = False


def anomalies(rows: Iterable[Row], through: date) -> list[Item]:
    """Open anomalies that nobody has judged: the recent ones each, older ones together."""
    new = [row for row in rows if row["status"] == "open" and row["verdict"] is None]
    recent = [row for row in new if row["last_day"] > through - RECENT]
    items = [
        Item(
            f"over what was expected: {row['scope']}, {_since(row)}",
            "trending_up",
            "Anomaly",
            link("anomalies", id=row["anomaly_id"]),
            row["over_cents"],
            row["unit"],
        )
        for row in recent
    ]
    older = [row for row in new if row not in recent]
    for unit, found in components.by_unit(older).items():
        several = formats.counted(len(found), "anomaly", "anomalies")
        sentence = (
            f"over what was expected in {several} of earlier months that nobody has acknowledged"
        )
        cents = sum(row["over_cents"] for row in found)
        items.append(
            Item(
                sentence,
                "trending_up",
                "Anomalies",
                link("anomalies", show="open"),
                cents,
                unit,
                is_past=True,
            )
        )
    return items


def _since(row: Row) -> str:
    day = formats.day(row["usage_date"])
    return f"since {day}" if row["is_ongoing"] else f"{day} to {formats.day(row['last_day'])}"


def open_savings(rows: Iterable[Row]) -> list[Item]:
    """What open findings save a month together, by currency."""
    items = []
    for row in rows:
        if cents := row["open_cents"]:
            count = formats.counted(row["open_findings"], "open finding")
            sentence = f"a month can be saved by {count}"
            if planned := row["planned_cents"]:
                sentence += f", and {formats.money(planned, row['unit'])} more by what is planned"
            items.append(Item(sentence, "savings", "Savings", link("savings"), cents, row["unit"]))
    return items


def budgets(rows: Iterable[Row]) -> list[Item]:
    """Budgets that are exceeded, or will be."""
    items = []
    for row in rows:
        if row["status"] not in {"exceeded", "at risk"}:
            continue
        name, on = row["budget"], formats.day(row["exceeds_on"])
        if row["status"] == "exceeded":
            over, sentence = row["actual"] - row["planned"], f"over budget {name} since {on}"
        else:
            over = row["forecast"] - row["planned"]
            sentence = f"over budget {name} is forecast, from {on} on"
        items.append(
            Item(sentence, "money_off", "Budgets", link("budgets", id=name), over, row["unit"])
        )
    return items


def untagged(rows: Iterable[Row], month: Window) -> list[Item]:
    """Usage without the tags it must carry; without any, where none is required."""
    items = []
    for row in rows:
        lacks = f"tag {row['tag_key']}" if row["tag_key"] else "any tag"
        sentence = f"of usage in {formats.month(month.start)} is without {lacks}"
        href = link("tags", key=row["tag_key"])
        items.append(Item(sentence, "label_off", "Tags", href, row["amount"], row["unit"]))
    return items


def unreadable(rows: Iterable[Row]) -> list[Item]:
    """Projects whose resources cannot be read, with the role that mends it."""
    items = []
    for row in rows:
        sentence = (
            f"of this month is in project {row['project']}, whose resources cannot be read: the "
            "key lacks Project Read Only there"
        )
        where = Filter("project", "is", (row["project_id"] or row["project"],))
        href = url_state.link(ReportState(group=("resource",), filters=(where,)))
        items.append(
            Item(sentence, "visibility_off", "Cost report", href, row["amount"], row["unit"])
        )
    return items


def untied(invoices: Sequence[Row]) -> list[Item]:
    """Closed invoices that do not match what Atlas says they come to."""
    return [
        Item(
            f"apart: a closed invoice does not match Atlas's total. {words.untied_text(row)}",
            "receipt_long",
            "Invoice",
            link("invoices", id=row["invoice_id"]),
            max(abs(row[each]) for each in _APART),
            row["unit"],
        )
        for row in words.untied(invoices)
    ]


def data_faults(freshness: Iterable[Row], parts: Iterable[Row]) -> list[Item]:
    """Connections that are late or lack parts, and insight that could not be made."""
    items = []
    for row in freshness:
        hours = formats.hours_since(row["last_success_at"])
        if hours is None or hours > STALE_HOURS:
            sentence = f"{row['connection']} was {refreshed(row)}"
            items.append(Item(sentence, "schedule", "Connections", link("connections")))
        if row["missing_parts"]:
            missing = ", ".join(part.rstrip(".") for part in row["missing_parts"])
            sentence = f"{row['connection']} lacks {missing}"
            items.append(Item(sentence, "rule", "Connections", link("connections")))
    for row in parts:
        if row["error"]:
            sentence = f"The last refresh left something out of {row['part']}: {row['error']}"
            items.append(Item(sentence, "error", "Connections", link("connections")))
    return items


def ordered(items: Iterable[Item]) -> list[Item]:
    """What is now before what is past, the most dollars first, one currency after the other.

    What is not money comes last.
    """
    return sorted(
        items, key=lambda item: (item.cents is None, item.is_past, item.unit, -(item.cents or 0))
    )


def show(items: Sequence[Item]) -> None:
    """The list, each item with its link."""
    if not items:
        st.success("Nothing needs attention.", icon=":material/check_circle:")
    with st.container(gap="xsmall"):
        for item in items:
            label = f"{text(item)} _{item.page}_"
            page_link(label, item.href, icon=f":material/{item.icon}:")


def text(item: Item) -> str:
    """An item as Markdown in which no name is a link."""
    amount = "" if item.cents is None else f"**{_money(item)}** "
    return f"{amount}{formats.plain(item.sentence)}."


def _money(item: Item) -> str:
    return formats.plain(formats.money(item.cents, item.unit))
