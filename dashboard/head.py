"""The head of a page: its title, whose data it shows and how old they are."""

from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from dashboard import data
from reporting import bill, formats, words
from reporting.query import Row

STALE_HOURS = 36
# What has had no usage for longer has none, rather than bills that are late.
BEHIND = timedelta(days=7)


def head(title: str, what: str = "") -> None:
    """Draws the title with the data's age beside it, and a warning for what is late or missing.

    Args:
        title: The page's name.
        what: One line that says what the page answers.
    """
    rows = data.freshness()
    with st.container(
        horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"
    ):
        st.title(title, width="content")
        st.caption(_age(rows), width="content")
    if what:
        st.caption(what)
    for row in data.rows(bill.LEFT_OUT):
        st.caption(formats.plain(row["sentence"]))
    for row in rows:
        _late(row)
        _missing(row)
    _behind(rows)


def _age(rows: list[Row]) -> str:
    if not rows:
        return "No connection has refreshed yet"
    if len(rows) > 1:
        return _of_several(rows)
    return formats.plain(words.age_text(rows[0]))


def _of_several(rows: list[Row]) -> str:
    """What all of them have; the page of connections tells them apart."""
    reached = [row["data_through"] for row in rows if row["data_through"]]
    refreshed = [row["last_success_at"] for row in rows if row["last_success_at"]]
    parts = [f"{len(rows)} connections"]
    if reached:
        parts.append(f"data through {formats.day(min(reached))} (UTC)")
    oldest = formats.age(formats.hours_since(min(refreshed)) if refreshed else None)
    return " · ".join([*parts, f"oldest refresh {oldest}"])


def refreshed(row: Row) -> str:
    """When a connection was, as the end of a sentence."""
    hours = formats.hours_since(row["last_success_at"])
    return "never refreshed" if hours is None else f"last refreshed {formats.age(hours)}"


def _late(row: Row) -> None:
    hours = formats.hours_since(row["last_success_at"])
    if hours is None or hours > STALE_HOURS:
        st.warning(
            f"**Stale:** {formats.plain(row['connection'])} was {formats.plain(refreshed(row))}. "
            "Later costs are not in these numbers; run `atlas-costs refresh`.",
            icon=":material/schedule:",
        )


def _missing(row: Row) -> None:
    if row["missing_parts"]:
        parts = ", ".join(formats.plain(part.rstrip(".")) for part in row["missing_parts"])
        st.warning(
            f"**Partial:** {formats.plain(row['connection'])} is missing {parts}. "
            "`atlas-costs check` says why.",
            icon=":material/rule:",
        )


def _behind(rows: Sequence[Row]) -> None:
    """Those whose costs end before others': a comparison takes all of them to end on one day."""
    reached = {row["connection"]: row["data_through"] for row in rows if row["data_through"]}
    last = max(reached.values(), default=None)
    behind = [name for name, day in reached.items() if last and day < last <= day + BEHIND]
    if last and behind:
        more = f" and {formats.count(len(behind) - 1)} more" if behind[1:] else ""
        st.warning(
            f"**Behind:** costs of {formats.plain(behind[0] + more)} end before "
            f"{formats.day(last)}. Where they are compared with earlier days, what they lack looks "
            "like a decrease.",
            icon=":material/update:",
        )
