"""Charts on a page: readable on either ground, and told to those who cannot see them."""

from typing import Any

import streamlit as st

from dashboard import design
from reporting import charts


def draw(chart: Any, alt: str, **options: Any) -> Any:  # noqa: ANN401  Altair's and Streamlit's own
    """Draws an Altair chart.

    Args:
        chart: The whole chart; what it configures itself is kept.
        alt: What it shows, in one sentence, for a screen reader.
        options: Further arguments of st.altair_chart, such as on_select and key.

    Returns:
        What st.altair_chart returns: the selection where on_select is given.
    """
    text = text_colour()
    readable = (
        chart.configure_axis(labelColor=text, titleColor=text, labelFontSize=12)
        .configure_legend(labelColor=text, titleColor=text, labelFontSize=12)
        .configure_view(strokeWidth=0)
    )
    return st.altair_chart(charts.localized(readable), alt=alt, **options)


def text_colour() -> str:
    """The colour of text on a chart."""
    return design.AXIS_TEXT[ground()]


def ground() -> str:
    """`light` or `dark`, as the reader's browser has it."""
    return st.context.theme.type or "light"
