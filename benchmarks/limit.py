"""The limit: one read_json with every column typed, over whole documents on local disk.

No HTTP, landing, checking, identities or second version: what DuckDB alone needs to get the
same lines into a table.
"""

import json
from pathlib import Path

import duckdb

LINE = {
    **dict.fromkeys(
        ("cloudProvider", "clusterName", "groupId", "groupName", "sku", "unit", "note"), "VARCHAR"
    ),
    **dict.fromkeys(("created", "startDate", "endDate"), "TIMESTAMP"),
    **dict.fromkeys(("totalPriceCents", "discountCents"), "BIGINT"),
    **dict.fromkeys(("quantity", "unitPriceDollars"), "DECIMAL(38, 18)"),
    "tags": "MAP(VARCHAR, VARCHAR[])",
}


def load(documents: str, folder: str) -> tuple[str, str, str]:
    """Read documents (a JSON list of paths) into one table.

    Returns:
        The DuckDB file, the table of lines, the column of cents.
    """
    paths = json.loads(documents)
    # DuckDB sets twice the largest object aside for each thread: no more than there is
    largest = max(Path(each).stat().st_size for each in paths)
    fields = ", ".join(f'"{name}" {kind}' for name, kind in LINE.items())
    database = f"{folder}/limit.duckdb"
    with duckdb.connect(database) as db:
        db.execute(
            "create table lines as select id, unnest(lineItems, recursive := true) from "
            f"read_json($paths, columns = {{id: 'VARCHAR', lineItems: 'STRUCT({fields})[]'}}, "
            "maximum_object_size = $largest)",
            {"paths": paths, "largest": largest},
        )
    return database, "lines", "totalPriceCents"
