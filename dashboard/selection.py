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
    selected = {"rows": rows, "columns": [], "cells": []}
    state = st.session_state.get(key)
    if state is None or state["selection"] != selected:
        st.session_state[key] = {"selection": selected}
    tables.table(
        frame,
        key=key,
        selection_mode=["single-row", "single-cell"],
        on_select=partial(_follow, key, ids, chosen, parameter),
        **drawn,
    )


def _follow(key: str, ids: Sequence[str], chosen: str, parameter: str) -> None:
    """The address follows a click on a cell or a checkbox; one on the chosen row leaves it so."""
    selection = st.session_state[key]["selection"]
    for row in (*selection["rows"], *(row for row, _ in selection["cells"])):
        if ids[row] != chosen:
            st.query_params[parameter] = ids[row]
