"""A document as a PDF, in a font that has every alphabet but the East Asian ones."""

import io
import re
import unicodedata

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace, TTFFont

from reporting.documents.contents import Document, Grid, Part
from reporting.documents.pictures import FONTS, NOT_DRAWN, as_png

FAMILY = "DejaVu"
TEXT, QUIET, LINE, WARN = (27, 35, 32), (85, 96, 92), (217, 222, 219), (154, 52, 18)
LONGEST = 400
# what has no shape of its own, or turns the text around it
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = re.compile(r"[\t\r\n\f\v]+")


class _Page(FPDF):
    """A4 with its number at the foot."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.set_margins(15, 15)
        self.set_auto_page_break(auto=True, margin=18)
        self.add_font(FAMILY, "", FONTS / "DejaVuSans.ttf")
        self.add_font(FAMILY, "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_title(title)
        self.set_creator("atlas-costs")
        font = self.fonts[FAMILY.lower()]
        self._known = set(font.cmap) if isinstance(font, TTFFont) else set()

    def footer(self) -> None:
        """Called by the library at the end of each page."""
        self.set_y(-12)
        self.style(7, QUIET)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")

    def style(self, size: float, colour: tuple[int, int, int] = TEXT, weight: str = "") -> None:
        """The font from here on."""
        self.set_font(FAMILY, weight, size)
        self.set_text_color(*colour)

    def shown(self, text: str, *, lines: bool = False) -> str:
        """A text as the font can show it: what it has no shape for is a square."""
        found = []
        for char in text if lines else _SPACES.sub(" ", text):
            if char == "\n":
                found.append(char)
            elif unicodedata.category(char) not in _UNSEEN:
                found.append(char if ord(char) in self._known else "\N{WHITE SQUARE}")
        return "".join(found)

    def say(
        self, text: str, size: float, colour: tuple[int, int, int] = TEXT, weight: str = ""
    ) -> None:
        """A paragraph."""
        self.style(size, colour, weight)
        self.multi_cell(
            0, size * 0.5, self.shown(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )


def as_pdf(document: Document) -> bytes:
    """The document as PDF."""
    page = _Page(document.title)
    page.add_page()
    page.say(document.title[:LONGEST], 17, weight="B")
    page.say(document.span, 9, QUIET)
    page.say(document.match, 9, QUIET)
    for each in document.untied:
        page.say(each, 9, WARN)
    for part in document.parts:
        _write_part(page, part, is_one=len(document.parts) == 1)
    if not document.parts:
        page.say("No cost matches these days and filters.", 10)
    _write_facts(page, document)
    _write_sql(page, document)
    return bytes(page.output())


def _write_part(page: _Page, part: Part, *, is_one: bool) -> None:
    page.ln(4)
    if not is_one:
        page.say(part.unit, 11, weight="B")
    page.say(part.total, 19, weight="B")
    if part.change:
        page.say(part.change, 9)
    if part.compared:
        page.say(part.compared, 8, QUIET)
    if part.chart:
        page.ln(2)
        if drawn := as_png(part.chart):
            page.image(io.BytesIO(drawn), w=page.epw, alt_text="Costs over time")
        else:
            page.say(NOT_DRAWN, 8, QUIET)
    if part.partial:
        page.say(part.partial, 8, QUIET)
    page.ln(2)
    _write_grid(page, part.grid)


def _write_grid(page: _Page, grid: Grid) -> None:
    names = len(grid.headings) - grid.figures
    page.style(7.5)
    page.set_draw_color(*LINE)
    # a name needs more room than a figure
    widths = [*(44 // names + 14 for _ in range(names)), *(22 for _ in range(grid.figures))]
    with page.table(
        col_widths=widths,
        text_align=[*("L" for _ in range(names)), *("R" for _ in range(grid.figures))],
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis="BOLD"),
        line_height=4,
        padding=(0.8, 1),
    ) as table:
        for number, cells in enumerate((grid.headings, grid.total, *grid.rows)):
            row = table.row(style=FontFace(emphasis="BOLD") if number == 1 else None)
            for cell in cells:
                row.cell(page.shown(cell)[:LONGEST])


def _write_facts(page: _Page, document: Document) -> None:
    page.ln(4)
    written = f"{document.written}, from version {document.version}"
    facts = [
        *document.facts, *(("Data", each) for each in document.ages), ("Written", written),
        ("Address", document.address),
    ]  # fmt: skip
    for heading, text in facts:
        page.say(f"{heading}: {text}", 8.5)


def _write_sql(page: _Page, document: Document) -> None:
    page.ln(4)
    page.say("SQL", 11, weight="B")
    page.say("Each runs as it stands in atlas-costs sql.", 8, QUIET)
    for name, query in document.sql:
        page.say(name, 8.5, weight="B")
        page.style(6.5, QUIET)
        text = page.shown(query.runnable(), lines=True)
        page.multi_cell(0, 3.2, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
