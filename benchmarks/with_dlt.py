"""The same bill with dlt: REST source, Parquet files, DuckDB; run by the Python of .venv-bench.

Nested tables are off: tags stay in the table of lines, as they do in ours.
"""

import os

# No measurements to anybody else while we take ours.
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt
from dlt.sources.rest_api import rest_api_source

from benchmarks.bill import ORG


def load(url: str, folder: str) -> tuple[str, str, str]:
    """Read the list, each invoice's document, and its lines into one table.

    Returns:
        The DuckDB file, the table of lines, the column of cents.
    """
    database = f"{folder}/dlt.duckdb"
    pipeline = dlt.pipeline(
        "bill",
        pipelines_dir=f"{folder}/pipelines",
        destination=dlt.destinations.duckdb(database),
        dataset_name="bill",
    )
    source = rest_api_source(_description(url), max_table_nesting=0)
    pipeline.run(source, loader_file_format="parquet")
    return database, "bill.line_items", "total_price_cents"


def _description(url: str) -> dict[str, object]:
    invoices = f"orgs/{ORG}/invoices"
    document = {"path": f"{invoices}/{{resources.invoices.id}}", "data_selector": "lineItems"}
    return {
        "client": {"base_url": f"{url}/api/atlas/v2/", "paginator": "single_page"},
        "resources": [
            {"name": "invoices", "endpoint": {"path": invoices, "data_selector": "results"}},
            {"name": "line_items", "endpoint": document, "include_from_parent": ["id"]},
        ],
    }
