"""Atlas's own FOCUS report of each invoice version: asked for early, fetched when it is made.

Reports of all invoices are asked for before the first is waited for, because each takes Atlas
seconds and none may be polled more often than every five.
"""

import codecs
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from orchestration.atlas.client import Sink
from orchestration.atlas.errors import (
    AtlasError,
    Forbidden,
    RateLimited,
    Stopped,
    Unauthorized,
    Unavailable,
)
from orchestration.atlas.reports import FocusReports, PollPolicy, Report
from orchestration.extraction.selection import current_versions
from orchestration.extraction.session import Session
from orchestration.landing.bodies import LandedFile
from orchestration.landing.journal import CSV, Landing

ENTITY = "focus_reports"
ACCESS = "focus_report_access"
FOR_ALL = (Forbidden, RateLimited, Unauthorized, Unavailable)
LINKED_ACCESS = "linked_focus_report_access"
NEEDED = ("ChargePeriodStart", "RegionId", "x_AtlasSku")
LONGEST_HEADER = 1 << 16
# For all reports of a connection together: costs do not wait longer for their regions. What is not
# made by then is named, and asked for again by the next refresh.
PATIENCE_S = 600.0
log = logging.getLogger("atlas_costs")


@dataclass
class Requested:
    """The reports that one connection asked for in this run: invoice id → version and report."""

    reports: dict[str, tuple[str, Report]] = field(default_factory=dict)


def request_reports(session: Session) -> Requested:
    """Ask for a report of each invoice whose present version has none landed.

    Linked organizations' invoices come last: whether a key may have their reports Atlas does not
    say, so that a refusal of those is no missing part.
    """
    requested = Requested()
    landing = session.landing
    client = session.client()
    try:
        reports = FocusReports(client, session.org_id)
        for access, nested in ((ACCESS, False), (LINKED_ACCESS, True)):
            wanted = _without_report(landing, nested=nested)
            refusal = _request(landing, reports, requested, wanted)
            if refusal is None:
                landing.observe(access, session.org_id, [])
            else:
                landing.observe_unreadable(access, session.org_id, str(refusal), refusal.cause)
                break
    finally:
        session.give_back(client)
    return requested


def _request(
    landing: Landing, reports: FocusReports, requested: Requested, wanted: dict[str, str]
) -> AtlasError | None:
    """Ask for reports, newest invoice first; returns the refusal that holds for all of them.

    That is one that says nothing about an invoice, or the second where none was granted.
    """
    refused = 0
    for invoice_id, version in reversed(wanted.items()):
        try:
            requested.reports[invoice_id] = version, reports.request(invoice_id)
        except Stopped:
            raise
        except AtlasError as error:
            refused += 1
            if isinstance(error, FOR_ALL) or (refused > 1 and not requested.reports):
                return error
            _note(landing, invoice_id, error)
    return None


def fetch_reports(session: Session, requested: Requested) -> None:
    """Wait for the reports that were asked for and land them.

    Raises:
        Stopped: the run no longer waits.
    """
    client = session.client()
    until = time.monotonic() + PATIENCE_S
    try:
        for invoice_id, (version, report) in requested.reports.items():
            polls = PollPolicy(patience_s=max(0.0, until - time.monotonic()))
            reports = FocusReports(client, session.org_id, polls)
            try:
                _fetch(session.landing, reports, invoice_id, version, report)
            except Stopped:
                raise
            except AtlasError as error:
                _note(session.landing, invoice_id, error)
    finally:
        session.give_back(client)
    if requested.reports:
        log.info("%s: %d FOCUS reports read", session.name, len(requested.reports))


def _without_report(landing: Landing, *, nested: bool) -> dict[str, str]:
    """Invoice id → version of the invoices whose report is not landed yet."""
    landed = landing.current(ENTITY)
    return {
        invoice_id: version
        for invoice_id, version in current_versions(landing, nested=nested).items()
        if invoice_id not in landed or landed[invoice_id].meta.get("version") != version
    }


class _Header:
    """Refuses what is no FOCUS report: a storage's error page comes with status 200 too."""

    def __init__(self) -> None:
        self._line = b""
        self._is_whole = False
        self._text = codecs.getincrementaldecoder("utf-8")()

    def feed(self, chunk: bytes) -> None:
        self._text.decode(chunk)  # raises UnicodeDecodeError, a ValueError
        if not self._is_whole:
            self._line = (self._line + chunk)[:LONGEST_HEADER]
            self._is_whole = b"\n" in self._line

    def close(self) -> None:
        names = self._line.partition(b"\n")[0].decode(errors="replace")
        if missing := [each for each in NEEDED if each not in names]:
            raise ValueError(f"it is no FOCUS report: it has no column {missing[0]}")


def _fetch(
    landing: Landing, reports: FocusReports, invoice_id: str, version: str, report: Report
) -> None:
    landed: list[LandedFile] = []

    @contextmanager
    def open_sink(content_encoding: str) -> Iterator[Sink]:
        reader = _Header()
        with landing.receive(ENTITY, invoice_id, content_encoding, reader, CSV) as writer:
            yield writer
        landed[:] = [writer.landed]

    reports.download(reports.wait(report), open_sink)
    landing.observe(ENTITY, invoice_id, landed, {"version": version})


def _note(landing: Landing, invoice_id: str, error: AtlasError) -> None:
    log.warning("%s: %s", landing.connection, error)
    landing.observe_unreadable(ENTITY, invoice_id, str(error), error.cause)
