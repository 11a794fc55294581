"""A table whose selected row is in the address: a click opens it, a link and Back select it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import tables


def selectable(
    frame: pd.DataFrame,
    ids: Sequence[str],
    chosen: str,
    *,
    key: str,
    parameter: str = "id",
    **drawn: Any,  # noqa: ANN401  st.dataframe's own
) -> None:
    """Draws a table of which one row may be chosen.

    Args:
        frame: What is shown.
        ids: The id of each row, in the frame's order.
        chosen: The id that the address has; it may be of no row.
        key: Unique among the tables of all pages.
        parameter: Which parameter of the address has the id.
        drawn: Further arguments of st.dataframe.
    """
    rows = [ids.index(chosen)] if chosen in ids else []
    state = st.session_state.get(key)
    if state is None or state["selection"]["rows"] != rows:
        st.session_state[key] = {"selection": {"rows": rows}}
    tables.table(
        frame,
        key=key,
        selection_mode="single-row",
        on_select=partial(_follow, key, ids, parameter),
        **drawn,
    )


def _follow(key: str, ids: Sequence[str], parameter: str) -> None:
    """The address follows a click; a click on the chosen row leaves it chosen."""
    for row in st.session_state[key]["selection"]["rows"]:
        st.query_params[parameter] = ids[row]
