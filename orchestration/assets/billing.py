"""Invoices, their lines, payments and refunds: what changed is read, landed and loaded.

All in one step, because an invoice is replaced whole.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg

from orchestration.assets.inventory import GROUP, KINDS
from orchestration.atlas.records import PENDING, InvoiceMetadata
from orchestration.extraction.invoices import LIST, read_invoices
from orchestration.extraction.reports import Requested, fetch_reports, request_reports
from orchestration.extraction.selection import ENTITY, differences, first_month
from orchestration.extraction.session import Session
from orchestration.extraction.together import fail, for_all
from orchestration.partitions import first_month as first_read
from orchestration.partitions import months_since
from orchestration.progress import downloads
from orchestration.resources.atlas import AtlasResource
from orchestration.resources.failures import failures_named
from orchestration.resources.metadata import table
from orchestration.resources.warehouse import WarehouseResource
from orchestration.settings import load_settings
from orchestration.warehouse.errors import LoadError
from orchestration.warehouse.raw import RawWarehouse, note_end
from reporting.money import plain as money

log = logging.getLogger("atlas_costs")
invoice_months = months_since(first_read(load_settings().slices_dir))
MonthTotals = dict[str, tuple[int, int, int]]
ENTITIES = {
    "invoices": "Invoice headers (Atlas listOrgInvoices, getOrgInvoice).",
    "invoice_line_items": "Lines, each invoice replaced whole (Atlas getOrgInvoice).",
    "invoice_payments": "Payments of each invoice, with currency and price of a credit.",
    "invoice_refunds": "Refunds of each invoice.",
}


class HistoryConfig(dg.Config):
    """How far back this run reads; months landed before are kept either way."""

    from_month: str | None = None


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            ["atlas", name],
            description=text,
            group_name=GROUP,
            kinds=KINDS,
        )
        for name, text in ENTITIES.items()
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
    is_partitioned = context.has_partition_key or context.has_partition_key_range
    what = {
        "first_month": config.from_month
        or first_month(warehouse.settings.history_months, datetime.now(UTC)),
        "restatement_months": warehouse.settings.restatement_months,
        "asked_for": list(context.partition_keys) if is_partitioned else [],
    }
    with failures_named():
        sessions = atlas.sessions(warehouse.landing)
        listed = {}
        with downloads() as shown:

            def read(session: Session) -> None:
                found = read_invoices(session, warehouse.slices(), shown, **what)
                listed[session.name] = found
                if atlas.wants_focus_reports:
                    atlas.requested_reports[session.name] = request_reports(session)

            for_all(sessions, read, atlas.patience_s)
        with warehouse.raw() as raw:
            loaded = raw.load(*(each.landing for each in sessions))
            for session in sessions:
                if session.failure is None:
                    _note(session, raw, listed[session.name])
            if all(each.failure for each in sessions):
                raise LoadError(str(sessions[0].failure))
            totals = raw.month_totals(sorted(set(loaded.invoices.values())))
    log.info("%d invoices changed, %d lines loaded", len(loaded.invoices), loaded.line_items)
    if not is_partitioned:
        _report_months(context, totals)
    yield from _results(totals)


def _note(session: Session, raw: RawWarehouse, listed: list[InvoiceMetadata]) -> None:
    """What the load showed: invoices it refused, and what Atlas's list says otherwise."""
    refused = raw.unloadable(session.name)
    statuses = raw.invoice_statuses(session.name)
    if refused and not any(status != PENDING for status in statuses.values()):
        invoice_id, reason = refused[0]
        fail(session, f"No final invoice can be loaded: invoice {invoice_id}: {reason}.", "refused")
        return
    differing = differences(listed, statuses) + raw.overlaps(session.landing)
    unloadable = {
        invoice_id: f"cannot be loaded ({reason}); what was loaded of it before stays"
        for invoice_id, reason in refused
    }
    meta = {"differences": differing, "unloadable": unloadable}
    session.landing.observe(LIST, session.org_id, [], meta)
    read = session.landing.current(ENTITY).values()
    is_complete = not refused and not any(each.error or each.meta.get("problems") for each in read)
    note_end(session.landing, session.org_id, is_complete=is_complete)


def _report_months(context: dg.AssetExecutionContext, totals: MonthTotals) -> None:
    """One event for each month read: partitions fill, though the run itself has none."""
    for month, (count, lines, cents) in totals.items():
        for name, rows in (("invoices", count), ("invoice_line_items", lines)):
            metadata = {"dagster/row_count": rows, "cents": cents}
            key = dg.AssetKey(["atlas", name])
            context.log_event(dg.AssetMaterialization(key, partition=month, metadata=metadata))


def _results(totals: MonthTotals) -> Iterator[dg.MaterializeResult[None]]:
    cents = sum(each[2] for each in totals.values())
    months = table(
        [
            {"month": month, "invoices": count, "lines": lines, "amount": money(amount)}
            for month, (count, lines, amount) in sorted(totals.items())
        ]
    )
    for name in ENTITIES:
        yield dg.MaterializeResult(
            asset_key=["atlas", name], metadata={"cents": cents, "months read": months}
        )


@dg.asset(
    key=["atlas", "focus_report_rows"],
    deps=[dg.AssetKey(["atlas", "invoices"])],
    group_name=GROUP,
    kinds=KINDS,
    description="Atlas's own FOCUS report of each invoice (Atlas createOrgInvoiceReport): regions, "
    "billed currency, price of a credit.",
)
def focus_report_rows(
    atlas: AtlasResource, warehouse: WarehouseResource
) -> dg.MaterializeResult[None]:
    """Fetch the reports asked for after the invoices were read, and load them."""
    with failures_named():
        sessions = atlas.sessions(warehouse.landing)
        if atlas.wants_focus_reports:
            for_all(sessions, lambda session: _fetch(atlas, session), atlas.patience_s)
        with warehouse.raw() as raw:
            raw.load(*(each.landing for each in sessions))
            rows = raw.count("focus_report_rows")
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})


def _fetch(atlas: AtlasResource, session: Session) -> None:
    requested: Requested | None = atlas.requested_reports.get(session.name)
    fetch_reports(session, requested if requested is not None else request_reports(session))


assets = [invoices, focus_report_rows]
