"""One menu for what a page can be saved as: a report, what is shown, and the lines behind it.

Nothing is read before the menu is opened, and nothing is written before a button is pressed.
"""

import io
import shlex
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial, wraps
from typing import ParamSpec

import streamlit as st

from dashboard import data, signing_in
from reporting import bill, documents, files, focus, formats, locales, sheets
from reporting.documents import Document
from reporting.files import About, Extract, Table
from reporting.queries import Report
from reporting.query import Query
from reporting.ranges import ONE_DAY

# more than that is no download of a page: a terminal streams it (docs/dashboard.md)
MOST_ROWS = 200_000
Source = Table | Extract
P = ParamSpec("P")


def downloads(
    name: str,
    shown: Source | Sequence[Source],
    *,
    lines: Query | None = None,
    about: About | Callable[[], About] | None = None,
    document: Callable[[], Document] | None = None,
) -> None:
    """Draws the menu "Download".

    Args:
        name: How the files are called, without an ending; also tells two menus of a page apart.
        shown: What the page shows, read or as a query; Excel holds all of several.
        lines: The lines of the bill that make it.
        about: What Excel says of the file; made when it is written.
        document: Makes the report that HTML and PDF hold.
    """
    sources = (shown,) if isinstance(shown, Table | Extract) else tuple(shown)
    _menu(name, sources, lines, about, document)


def report_downloads(report: Report, title: str = "Cost report") -> None:
    """The menu of a cost report: as a document, its groups and periods, and its lines."""
    first, last = report.window.start, report.window.end - ONE_DAY

    def made() -> Document:
        return documents.document(title, report, data.rows, datetime.now(UTC))

    downloads(
        f"atlas-costs-{first}-{last}",
        sheets.of_report(report),
        lines=sheets.lines(report),
        about=lambda: made().about,
        document=made,
    )


def _of_its_own(draw: Callable[P, None]) -> Callable[P, None]:
    """A fragment: opening it runs none of the page again, so it sets the reader's locale."""

    @st.fragment
    @wraps(draw)
    def drawn(*given: P.args, **named: P.kwargs) -> None:
        with locales.written_in(st.context.locale):
            draw(*given, **named)

    return drawn


@_of_its_own
def focus_downloads() -> None:
    """Draws the menu "FOCUS": the charges of one billing period, in FOCUS columns."""
    menu = st.popover("FOCUS", icon=":material/download:", on_change="rerun", key="downloads.focus")
    if not menu.open:
        return
    with menu:
        months = [row["month"] for row in data.rows(Query(focus.MONTHS)) if row["month"]]
        month = st.selectbox("Billing period", months[::-1], key="downloads.focus.month")
        if month:
            on = tuple(row["invoice_id"] for row in data.rows(focus.invoices(month)))
            name, rows = f"focus-{month}", focus.charges(month, on)
            _tables(name, f"FOCUS 1.3, {month}", (Extract("FOCUS", rows),), None)


@_of_its_own
def _menu(
    name: str,
    shown: tuple[Source, ...],
    lines: Query | None,
    about: About | Callable[[], About] | None,
    document: Callable[[], Document] | None,
) -> None:
    menu = st.popover(
        "Download", icon=":material/download:", on_change="rerun", key=f"downloads.{name}"
    )
    if not menu.open:
        return
    with menu:
        if document:
            _documents(name, document)
        _tables(name, "What is shown", shown, about)
        if lines:
            behind = Extract("Lines", lines)
            _tables(f"{name}-lines", "Lines of the bill", (behind,), about)


def _documents(name: str, document: Callable[[], Document]) -> None:
    st.markdown("**Report**")
    with st.container(horizontal=True):
        for each in documents.FORMATS.values():
            _button(name, each, partial(_written, each, document, locales.current()))


def _written(each: documents.Format, document: Callable[[], Document], locale: str) -> bytes:
    """A button writes when the page's run, and with it its locale, is over."""
    with data.one_version(), locales.written_in(locale):
        return each.write(document())


def _tables(
    name: str,
    title: str,
    sources: tuple[Source, ...],
    about: About | Callable[[], About] | None,
) -> None:
    """The buttons of one set of rows, or the command that writes more than a page may."""
    try:
        found = rows_of(sources[0])
    except data.TooMuchError:
        found = MOST_ROWS + 1
    if isinstance(sources[0], Extract) and found > MOST_ROWS:
        st.markdown(f"**{title}:** more than {formats.count(MOST_ROWS)} rows")
        st.caption("Write them at the terminal:")
        st.code(command(sources[0].query, f"{name}.csv"), language="shell", wrap_lines=True)
        return
    st.markdown(f"**{title}**: {formats.count(found)} {'row' if found == 1 else 'rows'}")
    with st.container(horizontal=True):
        for each in files.FORMATS.values():
            _button(name, each, partial(content, sources, each, about))


def _button(name: str, each: files.Format | documents.Format, write: Callable[[], bytes]) -> None:
    file = f"{name}.{each.suffix}"
    # it is called when the button is pressed, which is no run of the page
    made = signing_in.remembered(write)
    st.download_button(each.name, made, file, each.mime, key=file, on_click="ignore")


def rows_of(source: Source) -> int:
    """How many rows a file of it has.

    Raises:
        TooMuchError: counting takes longer than a page may.
    """
    if isinstance(source, Extract):
        [row] = data.rows(sheets.count(source.query))
        return int(row["rows"])
    return sum(1 for _ in source.rows)


def command(query: Query, file: str) -> str:
    """What writes a query's rows at a terminal, in quotes that keep whatever stands in it."""
    return f"atlas-costs sql {shlex.quote(query.runnable())} --format csv > {shlex.quote(file)}"


def content(
    sources: Sequence[Source],
    each: files.Format,
    about: About | Callable[[], About] | None = None,
) -> bytes:
    """A file: rows pass through a batch at a time, so that only the file is in memory.

    Raises:
        TooMuchError: a query takes longer than a page may.
    """
    out = io.BytesIO()
    with ExitStack() as stack:
        stack.enter_context(data.one_version())
        said = about() if callable(about) else about or facts()
        extracts = [source for source in sources if isinstance(source, Extract)]
        said = replace(said, sql=said.sql or tuple((one.title, one.query) for one in extracts))
        tables = [stack.enter_context(_table(source)) for source in sources]
        each.write(tables, said, out)
    return out.getvalue()


def _table(source: Source) -> AbstractContextManager[Table]:
    return data.table(source) if isinstance(source, Extract) else nullcontext(source)


def facts(*more: tuple[str, str]) -> About:
    """What any file from a page says of itself."""
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return About((*more, *_left_out(), ("Warehouse version", _version()), ("Written", now)))


def _version() -> str:
    rows = data.freshness()
    return str(rows[0]["warehouse_version"]) if rows else data.warehouse_version().stem


def _left_out() -> tuple[tuple[str, str], ...]:
    return tuple(("Left out", row["sentence"]) for row in data.rows(bill.LEFT_OUT))
