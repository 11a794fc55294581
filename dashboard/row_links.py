"""Tables of which a click on a name opens its page, in the same tab.

Streamlit's own link columns open a new tab always, and start a session anew there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import navigation, tables
from reporting.query import Row

Addresses = Mapping[str, Sequence[str | None]]
OPEN = "Open"
HELP = "Click to open"


def resource(row: Row) -> str:
    """The address of a resource's page."""
    return navigation.link("resource", id=str(row["resource_id"]))


def name(row: Row) -> str:
    """What a resource is called."""
    return str(row["resource_name"] or row["resource_id"])


def column(title: str, width: int | None = None) -> Any:  # noqa: ANN401  Streamlit's own
    """How a column of names is drawn that lead somewhere."""
    return st.column_config.TextColumn(title, width=width, pinned=True, help=HELP)


def table(frame: pd.DataFrame, addresses: Addresses, *, key: str, **drawn: Any) -> None:  # noqa: ANN401
    """Draws a table; a click on a cell of some columns opens a page.

    Args:
        frame: What is shown.
        addresses: Name of a column of the frame → where each of its rows leads, if anywhere.
        key: Unique among the tables of all pages.
        drawn: Further arguments of st.dataframe.
    """
    event: Any = tables.table(
        frame,
        key=key,
        selection_mode="single-cell",
        on_select="rerun",
        **drawn,
    )
    for row, clicked in event.selection.cells:
        if clicked in addresses and (address := addresses[clicked][row]):
            navigation.follow(address)
