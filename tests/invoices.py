"""Hand-written invoices, landed the way extraction lands them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from orchestration.extraction.invoices import DocumentFacts, InvoiceReader
from orchestration.landing.journal import Landing
from orchestration.landing.slices import Slices
from orchestration.warehouse.raw import Loaded, RawWarehouse


def line(cents: int, day: str = "2026-05-10", **fields: Any) -> dict[str, Any]:
    """One line item of one day; `fields` in Atlas's names win."""
    return {
        "sku": "ATLAS_AWS_INSTANCE_M10",
        "startDate": f"{day}T00:00:00Z",
        "endDate": f"{day[:8]}{int(day[8:]) + 1:02d}T00:00:00Z",
        "created": f"{day[:8]}{int(day[8:]) + 1:02d}T03:00:00Z",
        "clusterName": "shop",
        "groupId": "5f0000000000000000000001",
        "groupName": "Shop",
        "quantity": 72.0,
        "unit": "server hours",
        "unitPriceDollars": 0.026667,
        "totalPriceCents": cents,
        "tags": {"env": ["prod"]},
        **fields,
    }


def invoice(invoice_id: str, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A paid invoice of May 2026 whose header agrees with its lines."""
    positive = sum(each["totalPriceCents"] for each in lines if each["totalPriceCents"] > 0)
    negative = sum(each["totalPriceCents"] for each in lines if each["totalPriceCents"] < 0)
    return {
        "id": invoice_id,
        "orgId": "5e0000000000000000000001",
        "statusName": "PAID",
        "created": "2026-05-01T02:00:00Z",
        "updated": "2026-06-01T07:00:00Z",
        "startDate": "2026-05-01T00:00:00Z",
        "endDate": "2026-06-01T00:00:00Z",
        "subtotalCents": positive,
        "creditsCents": -negative,
        "salesTaxCents": 0,
        "startingBalanceCents": 0,
        "amountBilledCents": positive + negative,
        "amountPaidCents": positive + negative,
        "lineItems": list(lines),
        "linkedInvoices": [],
        **fields,
    }


def land(landing: Landing, scope: str, document: object) -> list[str]:
    """Land one invoice document as a download would; the ids of the invoices in it."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()

    def download(open_sink: Any) -> None:
        with open_sink("") as sink:
            sink.write(body)

    facts = DocumentFacts("5e0000000000000000000001", updated="2026-06-01T07:00:00Z")
    return reader(landing).receive(scope, download, facts)


def reader(landing: Landing, billing: Any = None) -> InvoiceReader:
    """Receives documents; what it cuts lies apart, so that a load cuts again from landing."""
    return InvoiceReader(billing, landing, Slices(landing.root / ".slices"))


@contextmanager
def raw_warehouse(folder: Path) -> Iterator[RawWarehouse]:
    """The raw tables below a folder."""
    with RawWarehouse(folder / "build" / "raw.duckdb", folder / "build" / "slices") as raw:
        yield raw


def load(folder: Path, *landings: Landing) -> Loaded:
    """Load what was landed into the raw tables below a folder."""
    with raw_warehouse(folder) as raw:
        return raw.load(*landings)


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """What the raw tables below a folder say."""
    with duckdb.connect(str(folder / "build" / "raw.duckdb"), read_only=True) as db:
        return db.execute(query).fetchall()


def unloadable(folder: Path) -> list[tuple[str, str]]:
    """Invoice and reason of each version that was refused."""
    return rows(folder, "select _invoice_id, reason from unloadable_invoices")


def restated(folder: Path) -> list[tuple[Any, ...]]:
    """Day, SKU, cents before and after of each restatement."""
    return rows(
        folder,
        "select usageDate::varchar, sku, beforeCents, afterCents from invoice_changes order by all",
    )
