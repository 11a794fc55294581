"""This product's extraction and load, as a refresh runs them on invoices."""

from pathlib import Path

import httpx

from benchmarks.bill import ORG
from orchestration.atlas.billing import Billing
from orchestration.atlas.client import AtlasClient
from orchestration.extraction.invoices import InvoiceReader
from orchestration.landing.journal import Landing
from orchestration.landing.slices import Slices
from orchestration.warehouse.raw import RawWarehouse


def load(url: str, folder: str) -> tuple[str, str, str]:
    """Read what changed from Atlas, land and cut it, load it into raw.duckdb.

    Returns:
        The DuckDB file, the table of lines, the column of cents.
    """
    place = Path(folder)
    landing = Landing(place / "landing", "default")
    with AtlasClient(url, httpx.Auth()) as client:
        reader = InvoiceReader(Billing(client, ORG), landing, Slices(place / "slices"))
        reader.read(first_month=None, restatement_months=3)
    with RawWarehouse(place / "raw.duckdb", place / "slices") as raw:
        raw.load(landing)
    return str(place / "raw.duckdb"), "invoice_line_items", "totalPriceCents"
