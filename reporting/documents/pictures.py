"""Charts as pictures, without a browser and without a network: vl-convert has Vega in itself."""

import threading
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

FONTS = Path(__file__).parent / "fonts"
# text in the colour of the page around it, in light and in dark
_CONFIG = {
    "background": None,
    "font": "DejaVu Sans, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": "currentColor", "titleColor": "currentColor", "gridColor": "#8b919555",
        "domainColor": "#8b9195", "tickColor": "#8b9195", "labelFontSize": 11,
    },
    "legend": {"labelColor": "currentColor", "titleColor": "currentColor", "labelFontSize": 11},
}  # fmt: skip
_NO_URLS: list[str] = []
# Vega runs in one engine, which two threads do not share
_one_at_a_time = threading.Lock()


def as_svg(chart: dict[str, Any]) -> str:
    """A Vega-Lite chart as SVG: no script, no link, no picture from elsewhere."""
    with _one_at_a_time:
        return vl_convert.vegalite_to_svg(_plain(chart), allowed_base_urls=_NO_URLS)


def as_png(chart: dict[str, Any], scale: float = 2.5) -> bytes:
    """The same as pixels, dark on nothing."""
    _know_fonts()
    with _one_at_a_time:
        return vl_convert.vegalite_to_png(_plain(chart), scale=scale, allowed_base_urls=_NO_URLS)


@cache
def _know_fonts() -> None:
    vl_convert.register_font_directory(str(FONTS))


def _plain(chart: dict[str, Any]) -> dict[str, Any]:
    return chart | {"config": chart.get("config", {}) | _CONFIG}


def specification(chart: Any) -> dict[str, Any]:  # noqa: ANN401  Altair's charts
    """A chart as Vega-Lite with its rows in it, of any number.

    Altair's own way to raise its limit of 5,000 rows is global, and pages change it meanwhile.
    """
    return dict(_with_rows(chart.copy()).to_dict(validate=False))


def _with_rows(chart: Any) -> Any:  # noqa: ANN401
    if isinstance(chart.data, pd.DataFrame):
        rows: Any = chart.data.to_dict("records")
        chart.data = alt.InlineData(values=rows)
    for each in getattr(chart, "layer", []):
        _with_rows(each)
    return chart
