"""Invoices of one organization: what changed is received, cut while it streams by, and landed."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from orchestration.atlas import records
from orchestration.atlas.billing import Billing
from orchestration.atlas.client import OpenSink, Sink
from orchestration.atlas.errors import (
    AtlasError,
    Forbidden,
    MalformedAnswer,
    NotFound,
    RateLimited,
    Stopped,
    Unauthorized,
    Unavailable,
)
from orchestration.atlas.records import InvoiceMetadata
from orchestration.extraction.selection import ENTITY, held_months, invoices_to_read
from orchestration.extraction.session import Session
from orchestration.landing.bodies import LandedFile
from orchestration.landing.journal import Landing
from orchestration.landing.slices import CutInvoice, Slices
from orchestration.progress import Downloads

LIST = "invoice_list"
PENDING = "pending"
# Each has been tried five times by then: the service is down, not a document.
CONSECUTIVE_FAILURES = 2
log = logging.getLogger("atlas_costs")


@dataclass(frozen=True)
class DocumentFacts:
    """What is known of an invoice document beside its bytes.

    Attributes:
        org_id: Whose invoice it is, where the document does not say.
        updated: What the invoice list said when it was read.
        closed: Invoices that the list calls closed; a pending document is no word on them.
    """

    org_id: str
    updated: str | None = None
    closed: frozenset[str] = frozenset()

    def of(self, found: CutInvoice) -> dict[str, Any]:
        """What the journal keeps, so that loading knows what changed without reading."""
        return {
            "id": found.header.id,
            "org_id": found.header.org_id or self.org_id,
            "month": found.month,
            "version": found.version,
            "is_nested": found.is_nested,
            "line_items": found.line_items,
            "cents": found.cents,
        }


@dataclass
class InvoiceReader:
    """Reads the invoices of one connection, each document once."""

    billing: Billing
    landing: Landing
    slices: Slices
    downloads: Downloads = field(default_factory=Downloads)
    failed: list[AtlasError] = field(default_factory=list)
    _in_a_row: int = 0

    def read(
        self,
        *,
        first_month: str | None,
        restatement_months: int,
        asked_for: Iterable[str] = (),
    ) -> list[InvoiceMetadata]:
        """Land every invoice worth reading, the pending one last; returns what Atlas lists.

        A document that cannot be received is noted and named; what was landed of it before stays
        current, and the others go on.

        Raises:
            AtlasError: the list cannot be read; Atlas is gone; nothing that was asked for could
                be received; or nothing final was ever landed and more than 404 is why.
        """
        listed = records.invoices(self.billing.list_invoices())
        wanted = invoices_to_read(
            listed,
            self.landing,
            first_month=first_month,
            restatement_months=restatement_months,
            asked_for=asked_for,
        )
        self.downloads.expect(self.landing.connection, len(wanted) + 1)
        for each in wanted:
            self._try(each.id, lambda each=each: self._read_invoice(each))  # type: ignore[misc]
        self._try(PENDING, lambda: self._read_pending(listed))
        if self.failed and (len(self.failed) > len(wanted) or not self._may_go_on(listed)):
            raise self.failed[0]
        return listed

    def _may_go_on(self, listed: list[InvoiceMetadata]) -> bool:
        """Whether what is missing can be named beside what is there.

        Atlas may list an invoice that it does not have: an organization whose one closed invoice
        answers 404 has its running month all the same.
        """
        not_there = all(isinstance(each, NotFound) for each in self.failed)
        return self._has_final(listed) or (not_there and bool(held_months(self.landing)))

    def _has_final(self, listed: list[InvoiceMetadata]) -> bool:
        """Whether a closed invoice was ever landed, or any at all where none is closed yet."""
        held = held_months(self.landing)
        closed = [each.id for each in listed if not each.is_pending]
        return any(each in held for each in closed) if closed else bool(held)

    def _try(self, scope: str, read: Callable[[], None]) -> None:
        try:
            read()
        except (Unauthorized, Stopped, RateLimited):
            raise
        except AtlasError as error:
            self._note_failure(scope, error)
        else:
            self._in_a_row = 0
        finally:
            self.downloads.finished(self.landing.connection)

    def _note_failure(self, scope: str, error: AtlasError) -> None:
        log.warning("%s: %s", self.landing.connection, error)
        self.landing.observe_unreadable(ENTITY, scope, str(error), error.cause)
        self.failed.append(error)
        self._in_a_row += isinstance(error, Unavailable | Forbidden)
        if self._in_a_row >= CONSECUTIVE_FAILURES:
            raise error

    def _read_invoice(self, invoice: InvoiceMetadata) -> None:
        self.downloads.begin(self.landing.connection, f"invoice {invoice.id} ({invoice.month})")
        facts = DocumentFacts(self.billing.org_id, updated=invoice.updated)
        self.receive(
            invoice.id, lambda sink: self.billing.download_invoice(invoice.id, sink), facts
        )

    def _read_pending(self, listed: list[InvoiceMetadata]) -> None:
        """The running month. On the first of a month there may be none yet: 404 or an empty page.

        Atlas may still show as pending what its list already calls closed; the list is right, and
        the final invoice must not be replaced by what it was a day before.
        """
        self.downloads.begin(self.landing.connection, "the pending invoice")
        closed = frozenset(each.id for each in listed if not each.is_pending)
        facts = DocumentFacts(self.billing.org_id, closed=closed)
        try:
            found = self.receive(PENDING, self.billing.download_pending, facts)
        except NotFound:
            self.landing.observe(ENTITY, PENDING, [], {"updated": None, ENTITY: []})
            found = []
        for each in listed:
            if each.is_pending and each.id not in found:
                self._read_invoice(each)

    def receive(
        self, scope: str, download: Callable[[OpenSink], None], facts: DocumentFacts
    ) -> list[str]:
        """Land one invoice document, cut on its way; the ids of the invoices in it.

        An invoice whose lines cannot be used is named in the journal's `problems`, and is none of
        the document's invoices.
        """
        landed: list[LandedFile] = []
        with self.slices.cutting() as cutting:

            @contextmanager
            def open_sink(content_encoding: str) -> Iterator[Sink]:
                cutting.restart()
                with self.landing.receive(ENTITY, scope, content_encoding, cutting) as writer:
                    yield self.downloads.counted(self.landing.connection, writer)
                landed[:] = [writer.landed]

            download(open_sink)
            cutting.keep()
            found = cutting.found
        self.downloads.add_lines(self.landing.connection, sum(each.line_items for each in found))
        return self._observe(scope, landed, found, facts)

    def _observe(
        self, scope: str, landed: list[LandedFile], found: list[CutInvoice], facts: DocumentFacts
    ) -> list[str]:
        # what a paying organization's document nests is as old as the document itself
        is_stale = any(not each.is_nested and each.header.id in facts.closed for each in found)
        usable = [] if is_stale else [each for each in found if each.problem is None]
        problems = [] if is_stale else [each for each in found if each.problem]
        meta: dict[str, Any] = {"updated": facts.updated, ENTITY: list(map(facts.of, usable))}
        if unknown := sorted(set().union(*(each.unknown_fields for each in found))):
            meta["unknown_fields"] = unknown
        if problems:
            meta["problems"] = {each.header.id: each.problem for each in problems}
            meta["updated"] = None  # so that it is read again
        self.landing.observe(ENTITY, scope, landed if usable or problems else [], meta)
        for each in problems:
            log.warning("invoice %s cannot be used: %s", each.header.id, each.problem)
        self.failed += [_unusable(each) for each in problems if not each.is_nested]
        return [each.header.id for each in found] if not is_stale else []


def _unusable(found: CutInvoice) -> AtlasError:
    return MalformedAnswer(f"invoice {found.header.id}: {found.problem}.")


def read_invoices(
    session: Session,
    slices: Slices,
    downloads: Downloads,
    **what: Any,  # noqa: ANN401
) -> list[InvoiceMetadata]:
    """Read one connection's invoices with one client, one document at a time (see InvoiceReader).

    Atlas asks for large documents one by one, and a second client would pay a second challenge.
    """
    client = session.client()
    try:
        reader = InvoiceReader(Billing(client, session.org_id), session.landing, slices, downloads)
        return reader.read(**what)
    finally:
        session.give_back(client)
