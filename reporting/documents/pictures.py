"""Charts as pictures, without a browser and without a network: vl-convert has Vega in itself."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
LONGEST_S = 60
NOT_DRAWN = "The chart could not be drawn."
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
# what XML has no way to write: Vega's engine aborts its process on them
_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_svg(chart: dict[str, Any]) -> str | None:
    """A Vega-Lite chart as SVG: no script, no link, no picture from elsewhere; None if it fails."""
    drawn = _drawn(chart, "svg")
    return drawn.decode() if drawn else None


def as_png(chart: dict[str, Any]) -> bytes | None:
    """The same as pixels, dark on nothing."""
    return _drawn(chart, "png")


def _drawn(chart: dict[str, Any], kind: str) -> bytes | None:
    """A document without its chart is worth more than none, and than a server that is gone."""
    themed = chart | {"config": chart.get("config", {}) | _CONFIG}
    command = [sys.executable, str(HERE / "vega.py"), kind, str(FONTS)]
    text = json.dumps(_writable(themed)).encode()
    try:
        return subprocess.run(
            command, input=text, capture_output=True, check=True, timeout=LONGEST_S
        ).stdout
    except (subprocess.SubprocessError, OSError):
        return None


def _writable(value: Any) -> Any:  # noqa: ANN401  what JSON has
    if isinstance(value, dict):
        return {_writable(key): _writable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_writable(each) for each in value]
    return _NOT_IN_XML.sub("", value) if isinstance(value, str) else value


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
