"""A document as one HTML file: no script, nothing from elsewhere, every name escaped."""

import re
from pathlib import Path

from markupsafe import Markup

from reporting.documents.contents import Document
from reporting.documents.pictures import NOT_DRAWN, as_svg
from reporting.documents.templates import environment

_TEMPLATE = "report.html"
# HTML allows them nowhere
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_templates = environment(Path(__file__).parent)


def as_html(document: Document) -> bytes:
    """The document as UTF-8."""
    # Vega has escaped what stands in its SVG
    drawn = [
        Markup(as_svg(part.chart) or NOT_DRAWN) if part.chart else None  # noqa: S704
        for part in document.parts
    ]
    parts = list(zip(document.parts, drawn, strict=True))
    page = _templates.get_template(_TEMPLATE).render(document=document, parts=parts)
    return _CONTROL.sub("", page).encode(errors="replace")
