"""Invoices and their lines: what changed is read, landed and loaded.

Both tables in one step, because an invoice is replaced whole.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from orchestration.assets.inventory import GROUP, KINDS
from orchestration.assets.invoice_selection import (
    ENTITY,
    differences,
    first_month,
    invoices_to_read,
)
from orchestration.atlas import records
from orchestration.atlas.billing import Billing
from orchestration.atlas.client import OpenSink, Sink
from orchestration.atlas.errors import NotFound
from orchestration.atlas.records import InvoiceMetadata
from orchestration.failures import failures_named
from orchestration.landing import LandedFile, Landing
from orchestration.partitions import invoice_months
from orchestration.report import money, table
from orchestration.resources.atlas import AtlasResource
from orchestration.resources.warehouse import WarehouseResource
from orchestration.slices import InvoiceVersion, read_versions

LIST = "invoice_list"
PENDING = "pending"
log = logging.getLogger("atlas_costs")
MonthTotals = dict[str, tuple[int, int, int]]
INVOICES = dg.AssetKey(["atlas", "invoices"])
LINE_ITEMS = dg.AssetKey(["atlas", "invoice_line_items"])


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

    def of(self, found: InvoiceVersion) -> dict[str, Any]:
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


class HistoryConfig(dg.Config):
    """How far back this run reads; months landed before are kept either way."""

    from_month: str | None = None


def _receive(
    landing: Landing,
    scope: str,
    download: Callable[[OpenSink], None],
    facts: DocumentFacts,
) -> list[str]:
    """Land one invoice document, checked before it counts; the ids of the invoices in it."""
    found: list[InvoiceVersion] = []
    landed: list[LandedFile] = []

    def check(file: LandedFile) -> None:
        with file.open() as body:
            found[:] = read_versions(body)

    @contextmanager
    def open_sink(content_encoding: str) -> Iterator[Sink]:
        with landing.receive(ENTITY, scope, content_encoding, check) as writer:
            yield writer
        landed[:] = [writer.landed]

    download(open_sink)
    # what a paying organization's document nests is as old as the document itself
    is_stale = any(not each.is_nested and each.header.id in facts.closed for each in found)
    contents = [] if is_stale else [facts.of(each) for each in found]
    meta = {"updated": facts.updated, ENTITY: contents}
    landing.observe(ENTITY, scope, landed if contents else [], meta)
    return [each["id"] for each in contents]


def _read_pending(billing: Billing, landing: Landing, listed: list[InvoiceMetadata]) -> None:
    """The running month. On the first of a month there may be none yet: 404 or an empty page.

    Atlas may still show as pending what its list already calls closed; the list is right, and
    the final invoice must not be replaced by what it was a day before.
    """
    log.info("%s: reading the pending invoice", landing.connection)
    closed = frozenset(each.id for each in listed if not each.is_pending)
    facts = DocumentFacts(billing.org_id, closed=closed)
    try:
        found = _receive(landing, PENDING, billing.download_pending, facts)
    except NotFound:
        landing.observe(ENTITY, PENDING, [], {"updated": None, ENTITY: []})
        found = []
    for each in listed:
        if each.is_pending and each.id not in found:
            _read_invoice(billing, landing, each)


def _read_invoice(billing: Billing, landing: Landing, invoice: InvoiceMetadata) -> None:
    log.info("%s: reading invoice %s (%s)", landing.connection, invoice.id, invoice.month)
    facts = DocumentFacts(billing.org_id, updated=invoice.updated)
    _receive(landing, invoice.id, lambda sink: billing.download_invoice(invoice.id, sink), facts)


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            INVOICES,
            deps=[dg.AssetKey(["atlas", "organizations"])],
            description="Invoice headers (Atlas listOrgInvoices, getOrgInvoice).",
            group_name=GROUP,
            kinds=KINDS,
        ),
        dg.AssetSpec(
            LINE_ITEMS,
            deps=[dg.AssetKey(["atlas", "organizations"])],
            description="Invoice line items, each invoice replaced whole (Atlas getOrgInvoice).",
            group_name=GROUP,
            kinds=KINDS,
        ),
    ],
    partitions_def=invoice_months,
    backfill_policy=dg.BackfillPolicy.single_run(),
    name="invoices",
)
def invoices(
    context: dg.AssetExecutionContext,
    config: HistoryConfig,
    atlas: AtlasResource,
    warehouse: WarehouseResource,
) -> Iterator[dg.MaterializeResult[None]]:
    """Read what changed, load it, and report each month that was replaced.

    Without partitions it is a refresh; with some (a backfill) those months are read again as well.
    """
    partitioned = context.has_partition_key or context.has_partition_key_range
    asked_for = context.partition_keys if partitioned else []
    history = warehouse.settings.history_months
    months: set[str] = set()
    with failures_named():
        for connection in atlas.connections():
            landing = warehouse.landing(connection.name)
            listed = extract_invoices(
                Billing(atlas.client(connection), connection.org_id),
                landing,
                first_month=config.from_month or first_month(history, datetime.now(UTC)),
                restatement_months=warehouse.settings.restatement_months,
                asked_for=asked_for,
            )
            with warehouse.raw() as raw:
                loaded = raw.load(landing)
                raw.note_success(connection.name)
                differing = differences(listed, raw.invoice_statuses(connection.name))
            landing.observe(LIST, connection.org_id, [], {"differences": differing})
            months |= set(loaded.invoices.values())
            log.info(
                "%s: %d invoices changed, %d lines loaded",
                connection.name,
                len(loaded.invoices),
                loaded.line_items,
            )
        with warehouse.raw() as raw:
            totals = raw.month_totals(sorted(months))
    if not partitioned:
        _report_months(context, totals)
    yield from _results(totals)


def extract_invoices(
    billing: Billing,
    landing: Landing,
    *,
    first_month: str | None,
    restatement_months: int,
    asked_for: Iterable[str] = (),
) -> list[InvoiceMetadata]:
    """Land every invoice worth reading, the pending one last; returns what Atlas lists."""
    listed = records.invoices(billing.list_invoices())
    wanted = invoices_to_read(
        listed,
        landing,
        first_month=first_month,
        restatement_months=restatement_months,
        asked_for=asked_for,
    )
    for each in wanted:
        _read_invoice(billing, landing, each)
    _read_pending(billing, landing, listed)
    return listed


def _report_months(context: dg.AssetExecutionContext, totals: MonthTotals) -> None:
    """One event for each month read: partitions fill, though the run itself has none."""
    for month, (invoices, lines, cents) in totals.items():
        for key, rows in ((INVOICES, invoices), (LINE_ITEMS, lines)):
            metadata = {"dagster/row_count": rows, "cents": cents}
            context.log_event(dg.AssetMaterialization(key, partition=month, metadata=metadata))


def _results(totals: MonthTotals) -> Iterator[dg.MaterializeResult[None]]:
    cents = sum(each[2] for each in totals.values())
    months = table(
        [
            {"month": month, "invoices": invoices, "lines": lines, "amount": money(amount)}
            for month, (invoices, lines, amount) in sorted(totals.items())
        ]
    )
    for key, column in ((INVOICES, 0), (LINE_ITEMS, 1)):
        rows = sum(each[column] for each in totals.values())
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={"dagster/row_count": rows, "cents": cents, "months read": months},
        )


assets = [invoices]
