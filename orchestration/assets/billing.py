"""Invoices, their lines, payments and refunds: what changed is read, landed and loaded.

All in one step, because an invoice is replaced whole.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.assets.inventory import ATLAS_API, GROUP, KINDS
from orchestration.partitions import first_month as first_read
from orchestration.partitions import months_since
from orchestration.resources.atlas import Atlas
from orchestration.resources.failures import failures_named
from orchestration.resources.metadata import table
from orchestration.resources.warehouse import Warehouse
from orchestration.settings import load_settings
from reporting.money import plain as money

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
    pool=ATLAS_API,
)
def invoices(
    context: dg.AssetExecutionContext,
    config: HistoryConfig,
    atlas: Atlas,
    warehouse: Warehouse,
) -> Iterator[dg.MaterializeResult[None]]:
    """Read what changed, load it, and report each month that was replaced.

    Without partitions it is a refresh; with some (a backfill) those months are read again as well.
    """
    is_partitioned = context.has_partition_key or context.has_partition_key_range
    months = list(context.partition_keys) if is_partitioned else []
    with failures_named():
        totals = atlas.bill(warehouse, config.from_month, months).totals
    if not is_partitioned:
        _report_months(context, totals)
    yield from _results(totals)


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
    pool=ATLAS_API,
    group_name=GROUP,
    kinds=KINDS,
    description="Atlas's own FOCUS report of each invoice (Atlas createOrgInvoiceReport): regions, "
    "billed currency, price of a credit.",
)
def focus_report_rows(atlas: Atlas, warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """Fetch the reports asked for after the invoices were read, and load them."""
    with failures_named():
        atlas.reports(warehouse)
        with warehouse.raw() as raw:
            rows = raw.count("focus_report_rows")
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})


assets = [invoices, focus_report_rows]
