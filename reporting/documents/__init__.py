"""A report as a document: one HTML file or a PDF, complete in itself.

Pure: what it says comes from a function that reads queries; nothing comes from a network, and
nothing in it runs.
"""

from collections.abc import Callable
from dataclasses import dataclass

from reporting.documents.contents import Document, Read, document
from reporting.documents.html import as_html

__all__ = ["FORMATS", "Document", "Format", "Read", "as_html", "as_pdf", "document"]


def as_pdf(document: Document) -> bytes:
    """A document as a PDF.

    What writes it is imported with the first one: a server that writes none needs 30 MB less.
    """
    from reporting.documents import pdf  # noqa: PLC0415

    return pdf.as_pdf(document)


@dataclass(frozen=True)
class Format:
    """One kind of document: its name, the end of its files' names, and what writes it."""

    name: str
    suffix: str
    mime: str
    write: Callable[[Document], bytes]


FORMATS = {
    each.suffix: each
    for each in (
        Format("PDF", "pdf", "application/pdf", as_pdf),
        Format("HTML", "html", "text/html", as_html),
    )
}
