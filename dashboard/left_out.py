"""Warnings of what a refresh left out of forecasts and plans."""

import streamlit as st

from dashboard import data
from reporting import formats
from reporting.insight_notes import left_out


def warn(*parts: str) -> None:
    """A warning for each thing that is missing of some parts of insight, with its reason."""
    for row in data.rows(left_out(*parts)):
        st.warning(
            f"Left out of the last refresh: {formats.plain(row['error'])}",
            icon=":material/rule:",
        )
