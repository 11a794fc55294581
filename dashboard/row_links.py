"""Names in tables that lead to a resource's page."""

import re
from typing import Any

import streamlit as st

from dashboard import navigation
from reporting.query import Row

# The name stands first in the address, so that the column shows it and sorts by it; the page
# reads the id alone.
NAME = re.compile("name")
_SHOWN = r"[?&]name=([^&]*)"


def link(row: Row) -> str:
    """The address of a resource's page."""
    name = row["resource_name"] or row["resource_id"]
    return navigation.link("resource", name=str(name), id=str(row["resource_id"]))


def column(title: str, width: int | None = None) -> Any:  # noqa: ANN401  Streamlit's own
    """How a column of such addresses is drawn: by their names."""
    return st.column_config.LinkColumn(
        title, width=width, display_text=_SHOWN, pinned=True, alignment="left"
    )
