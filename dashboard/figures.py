"""The figures at the head of a page: an amount, what stands beneath it, and what it means."""

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Figure:
    """One card; `meaning` is the rule of its number, shown on demand."""

    label: str
    amount: str
    note: str
    meaning: str


def row_of(figures: Iterable[Figure]) -> None:
    """Draws figures beside each other."""
    with st.container(horizontal=True):
        for one in figures:
            st.metric(
                one.label, one.amount, one.note, delta_color="off", delta_arrow="off",
                border=True, help=one.meaning, height="stretch",
            )  # fmt: skip
