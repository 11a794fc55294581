"""The lower half of a resource's page: what can be done, and everything that belongs to it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import components, kept_tables, resource_page, tables
from reporting import formats, resource
from reporting.query import Query, Row
from reporting.ranges import Window

Asked = Callable[[str, Query], list[Row]]
TALLEST = 460
DELETE = "Delete"


def tabs(row: Row, ids: Sequence[str], window: Window, asked: Asked) -> None:
    """Draws them.

    Args:
        row: The resource.
        ids: Those it was ever billed under.
        window: The days of the page.
        asked: Answers a question and keeps it for the end of the page.
    """
    identity = row["resource_id"]
    savings = asked("Savings", resource.findings(identity))
    odd = asked("Anomalies", resource.anomalies(identity))
    # a finding without an amount says what is missing to judge it
    found = sum(row["amount"] is not None for row in savings)
    drawn = st.tabs([
        "Actions", f"Savings ({found})", f"Anomalies ({len(odd)})", "Tags", "Backups",
        "Online archives", "Lines of the bill",
    ])  # fmt: skip
    with drawn[0]:
        _actions(row)
    with drawn[1]:
        _money(resource_page.savings_frame, savings, "No finding.", "Saving a month")
    with drawn[2]:
        _money(resource_page.anomaly_frame, odd, "No anomaly.", "Over expected")
    with drawn[3]:
        st.caption("Current tags, and since when costs were first read with a tag.")
        table(resource_page.tag_frame(asked("Tags", resource.tags(identity))), "It has no tag.")
    with drawn[4]:
        kept = asked("Snapshots", resource.snapshots(identity))
        table(kept_tables.snapshot_frame(kept), "Atlas lists no snapshot of it.")
        restores = asked("Restores", resource.restores(identity))
        table(kept_tables.restore_frame(restores), "No restore of it is known.")
    with drawn[5]:
        archives = asked("Archives", resource.archives(identity))
        table(kept_tables.archive_frame(archives), "It has no online archive.")
    with drawn[6]:
        lines = asked("Lines", resource.lines(ids, window))
        if lines:
            held = formats.counted(len(lines), "line")
            st.caption(f"The newest {held} of these days, as booked by Atlas.")
        _money(resource_page.line_frame, lines, "No line on these days.", "Cost")


def table(frame: pd.DataFrame, none: str, unit: str = "", *amounts: str) -> None:
    """A table with all of its rows up to a screen, or what its absence says."""
    if frame.empty:
        st.caption(none)
        return
    tables.table(
        frame,
        height=tables.height(len(frame), TALLEST),
        column_config=resource_page.configured(unit, *amounts),
    )  # fmt: skip


def _money(
    frame: Callable[[Sequence[Row]], pd.DataFrame], rows: list[Row], none: str, amount: str
) -> None:
    """A table for each currency."""
    found = components.by_unit(rows)
    if not found:
        st.caption(none)
    for unit, of_unit in found.items():
        components.unit_heading(unit, found)
        table(frame(of_unit), none, unit, amount)


def folded(title: str, is_folded: bool) -> AbstractContextManager[Any]:
    """A place for what follows, to be opened where it would be in the way."""
    return st.expander(title) if is_folded else st.container()


def _actions(row: Row) -> None:
    commands = resource_page.actions(row)
    if commands:
        st.caption("Each plans first and changes nothing; the same with --apply carries it out.")
    else:
        st.caption(resource_page.NO_ACTIONS)
    for title, text in commands.items():
        with folded(title, title == DELETE):
            if title != DELETE:
                st.markdown(f"**{title}**")
            st.code(text, language="bash")
