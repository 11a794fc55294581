"""A document as one HTML file: no script, nothing from elsewhere, every name escaped."""

import re
from pathlib import Path

import jinja2
from markupsafe import Markup

from reporting.documents.contents import Document
from reporting.documents.pictures import NOT_DRAWN, as_svg

_TEMPLATE = "report.html"
# HTML allows them nowhere
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def as_html(document: Document) -> bytes:
    """The document as UTF-8."""
    # Vega has escaped what stands in its SVG
    drawn = [
        Markup(as_svg(part.chart) or NOT_DRAWN) if part.chart else None  # noqa: S704
        for part in document.parts
    ]
    parts = list(zip(document.parts, drawn, strict=True))
    page = _environment.get_template(_TEMPLATE).render(document=document, parts=parts)
    return _CONTROL.sub("", page).encode(errors="replace")
