"""A saved report as a file, from the published warehouse: what pages, terminal and digests send."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from orchestration.published.reader import opened
from orchestration.published.whole_file import whole_file
from orchestration.saved_reports import SavedReport
from orchestration.settings import Settings, SettingsError
from orchestration.workspaces.warehouse import warehouse_of
from reporting import documents, files, locales, sheets
from reporting.documents import Document
from reporting.queries import Report
from reporting.query import Query, Row
from reporting.reach import data_days
from reporting.report import report_of

SUFFIXES = (*documents.FORMATS, *files.FORMATS)
NO_COSTS = "The warehouse contains no costs yet: Atlas has listed no invoice lines."


@dataclass(frozen=True)
class ReportFile:
    """A report written: the document that says what it is, and the file's content."""

    document: Document
    content: bytes


def write_report(
    settings: Settings,
    saved: SavedReport,
    output: Path,
    locale: str | None = None,
    workspace: str = "",
) -> Document:
    """Write a report to a file, completely or not at all.

    Args:
        settings: Where the warehouse is.
        saved: The report.
        output: A name that ends in one of SUFFIXES.
        locale: How a document writes numbers; rows for programs have no locale.
        workspace: Whose costs it shows; without one, all.

    Raises:
        NotPublished: there is no warehouse.
        SettingsError: another suffix or locale, no costs, or no place to write.
    """
    suffix = output.suffix.lower().removeprefix(".")
    if suffix not in SUFFIXES:
        raise SettingsError(f"--to {output}: end the name in one of .{', .'.join(SUFFIXES)}.")
    _refuse_unknown(locale, suffix)
    warehouse = warehouse_of(settings, workspace)
    with opened(warehouse) as db, locales.written_in(locale):
        made = report_file(db, saved, suffix, fold_tags=settings.tag_keys_ignore_case)
    with whole_file(output) as beside:
        beside.write_bytes(made.content)
    return made.document


def _refuse_unknown(locale: str | None, suffix: str) -> None:
    if locale is None:
        return
    if suffix not in documents.FORMATS:
        kinds = " and .".join(documents.FORMATS)
        raise SettingsError(f"--locale is for .{kinds}: a .{suffix} has numbers as such. Omit it.")
    if locales.known(locale) is None:
        raise SettingsError(f"--locale {locale[:40]!r} is unknown: write one like de_DE or fr_FR.")


def report_file(
    db: duckdb.DuckDBPyConnection, saved: SavedReport, suffix: str, *, fold_tags: bool = False
) -> ReportFile:
    """A report as one of SUFFIXES.

    Args:
        db: The published warehouse.
        saved: The report.
        suffix: Which kind of file.
        fold_tags: Whether Team and team are one tag key.

    Raises:
        SettingsError: there are no costs, or more of them than the kind of file holds.
    """
    report = _report(db, saved, fold_tags=fold_tags)
    document = documents.document(
        saved.title, report, lambda query: _rows(db, query), datetime.now(UTC)
    )
    if suffix in documents.FORMATS:
        return ReportFile(document, documents.FORMATS[suffix].write(document))
    return ReportFile(document, _tables(db, report, document, suffix))


def _report(db: duckdb.DuckDBPyConnection, saved: SavedReport, *, fold_tags: bool) -> Report:
    days = data_days(lambda query: _rows(db, query))
    if not days:
        raise SettingsError(NO_COSTS)
    state = saved.state.with_folded_keys() if fold_tags else saved.state
    return report_of(state, days)


def _rows(db: duckdb.DuckDBPyConnection, query: Query) -> list[Row]:
    result = db.execute(query.sql, query.bound())
    names = [column[0] for column in result.description]
    return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


def _tables(
    db: duckdb.DuckDBPyConnection, report: Report, document: Document, suffix: str
) -> bytes:
    out = io.BytesIO()
    tables = [
        extract.of(db.cursor().execute(extract.query.sql, extract.query.bound()))
        for extract in sheets.of_report(report)
    ]
    try:
        files.FORMATS[suffix].write(tables, document.about, out)
    except files.TooManyRowsError as error:
        raise SettingsError(str(error)) from None
    return out.getvalue()
