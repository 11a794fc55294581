"""Vega-Lite to a picture, in a process of its own: `python vega.py svg|png FONTS` < chart.

Apart, because Vega's engine aborts its process on some texts, and a page's server must not end
with it; its 110 MB are free again, too.
"""

import sys

import vl_convert

SCALE = 2.5


def draw(kind: str, fonts: str, chart: str) -> bytes:
    """A chart as SVG or PNG; nothing may be fetched."""
    vl_convert.register_font_directory(fonts)
    if kind == "png":
        return vl_convert.vegalite_to_png(chart, scale=SCALE, allowed_base_urls=[])
    return vl_convert.vegalite_to_svg(chart, allowed_base_urls=[]).encode()


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(sys.argv[1], sys.argv[2], sys.stdin.buffer.read().decode()))
