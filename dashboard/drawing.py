"""Charts on a page: readable on either ground, and told to those who cannot see them."""

from typing import Any

import streamlit as st
from altair import AxisConfig, LegendConfig, ViewConfig

from dashboard import design
from reporting import charts


def draw(chart: Any, alt: str, **options: Any) -> Any:  # noqa: ANN401  Altair's and Streamlit's own
    """Draws an Altair chart.

    Args:
        chart: The whole chart, which is changed; what else it configures itself is kept.
        alt: What it shows, in one sentence, for a screen reader.
        options: Further arguments of st.altair_chart, such as on_select and key.

    Returns:
        What st.altair_chart returns: the selection where on_select is given.
    """
    colour = text_colour()
    text: dict[str, Any] = {"labelColor": colour, "titleColor": colour, "labelFontSize": 12}
    config = charts.config_of(chart)
    config["axis"] = AxisConfig(**text)
    config["legend"] = LegendConfig(**text)
    config["view"] = ViewConfig(strokeWidth=0)
    return st.altair_chart(charts.localized(chart), alt=alt, **options)


def text_colour() -> str:
    """The colour of text on a chart."""
    return design.AXIS_TEXT[ground()]


def ground() -> str:
    """`light` or `dark`, as the reader's browser has it."""
    return st.context.theme.type or "light"
