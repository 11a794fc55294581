"""A small Atlas written by hand into raw.duckdb: three organizations whose every cent is known.

Acme (org1) pays in dollars: April is closed and ties to its header, May is pending and not yet
totalled. Globex (org2) is on credits with a discount, and its header misses its lines by a cent.
Initech (org3) is in initech.py.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.warehouse.line_items import CREATE_LINES

from . import initech

RAW_SQL = Path(__file__).parents[2] / "orchestration" / "warehouse" / "raw.sql"
LANDED = {
    "_connection": "default",
    "_landing_file": "a.json.gz",
    "_landed_at": datetime(2026, 5, 4),  # noqa: DTZ001 - raw holds naive UTC
}
LATER = datetime(2026, 5, 5)  # noqa: DTZ001 - raw holds naive UTC
PROD = {"env": ["prod"], "team": ["web", "core"]}

Row = dict[str, Any]


def region(provider: str, name: str, nodes: int, size: str = "M30") -> Row:
    """One regionConfig of a dedicated cluster (getGroupCluster)."""
    spec = {"instanceSize": size, "nodeCount": nodes, "diskSizeGB": 40.0}
    idle = {**spec, "instanceSize": "M10", "nodeCount": 0}
    return {
        "providerName": provider,
        "regionName": name,
        "electableSpecs": spec,
        "readOnlySpecs": idle,
    }


def observed(  # noqa: PLR0913 - one column each
    entity: str,
    cluster_id: str,
    name: str,
    seen: str,
    document: Row,
    *,
    project: str = "p1",
    gone: str | None = None,
    connection: str = "default",
) -> Row:
    """One row of inventory_history: an object whose document stayed the same from seen to gone."""
    return {
        "entity": entity,
        "id": cluster_id,
        "name": name,
        "_document": json.dumps(document),
        "_scope": project,
        "_connection": connection,
        "_valid_from": seen,
        "_valid_to": gone,
    }


def cluster(created: str, *regions: Row, **fields: Any) -> Row:
    """The part of a cluster's document that says since when and where its nodes are."""
    return {
        "createDate": created,
        "replicationSpecs": [{"regionConfigs": list(regions)}],
        **fields,
    }


FLEX = {
    "createDate": "2026-02-01T10:00:00Z",
    "providerSettings": {
        "backingProviderName": "AZURE",
        "regionName": "EUROPE_NORTH",
        "diskSizeGB": 5,
    },
}
FEBRUARY = "2026-02-01T10:00:00Z"
SEEN = "2026-04-02 06:00"
VIRGINIA = region("AWS", "US_EAST_1", 3)
HISTORY: list[Row] = [
    observed(
        "clusters",
        "c-old",
        "orders",
        SEEN,
        cluster("2026-01-05T10:00:00Z", region("AWS", "EU_WEST_1", 3)),
        gone="2026-04-09 12:00",
    ),
    observed("clusters", "c-new", "orders", SEEN, cluster("2026-04-10T10:00:00Z", VIRGINIA)),
    observed(
        "clusters",
        "c-multi",
        "global",
        SEEN,
        cluster(
            FEBRUARY,
            VIRGINIA,
            region("AWS", "EU_WEST_1", 2),
            region("GCP", "WESTERN_EUROPE", 1, "M40"),
        ),
    ),
    observed(
        "clusters", "c-moon", "moon", SEEN, cluster(FEBRUARY, region("AWS", "MOON_BASE_1", 3))
    ),
    observed("clusters", "c-hidden", "hidden", SEEN, cluster(FEBRUARY, VIRGINIA), project="p2"),
    observed("flex_clusters", "f-tiny", "tiny", SEEN, FLEX),
    *initech.HISTORY,
]

INVOICES: list[Row] = [
    {
        "id": "inv-apr",
        "orgId": "org1",
        "statusName": "PAID",
        "startDate": "2026-04-01",
        "endDate": "2026-05-01",
        "subtotalCents": 10367,
        "creditsCents": 500,
        "salesTaxCents": 100,
        "startingBalanceCents": 20,
        "amountBilledCents": 9947,
        "amountPaidCents": 9947,
    },
    {
        "id": "inv-may",
        "orgId": "org1",
        "statusName": "PENDING",
        "startDate": "2026-05-01",
        "endDate": "2026-06-01",
    },
    {
        "id": "inv-globex",
        "orgId": "org2",
        "statusName": "INVOICED",
        "startDate": "2026-04-01",
        "endDate": "2026-05-01",
        "subtotalCents": 15001,
        "amountBilledCents": 15001,
    },
    initech.INVOICE,
]

PAYMENTS: list[Row] = [
    {"_invoice_id": "inv-apr", "id": "pay-1", "unitPrice": "1", "currency": "USD"},
    {"_invoice_id": "inv-globex", "id": "pay-2", "unitPrice": "0.95", "currency": "EUR"},
]
REFUNDS: list[Row] = [
    {"_invoice_id": "inv-apr", "paymentId": "pay-1", "amountCents": 30},
    {"_invoice_id": "inv-apr", "paymentId": "pay-1", "amountCents": 12},
]


def line(invoice: str, day: str, sku: str, cents: int, **fields: Any) -> Row:
    """One line of one usage day; fields overrides anything, in Atlas's names."""
    next_day = f"{day[:8]}{int(day[8:]) + 1:02d}"
    return {
        "_invoice_id": invoice,
        "startDate": day,
        "endDate": next_day,
        "created": f"{next_day} 03:00",
        "sku": sku,
        "totalPriceCents": cents,
        "groupId": "p1",
        "groupName": "shop",
        **fields,
    }


M30 = {
    "clusterName": "orders",
    "quantity": "72",
    "unitPriceDollars": "0.54",
    "unit": "server hours",
}
NO_PROJECT = {"groupId": "", "groupName": None}
LINES: list[Row] = [
    line("inv-apr", "2026-04-08", "ATLAS_AWS_INSTANCE_M30", 3888, **M30),
    line(
        "inv-apr",
        "2026-04-11",
        "ATLAS_AWS_INSTANCE_M30",
        3888,
        **M30,
        tags=PROD,
        _tags_first_seen={"env": ["dev"]},
    ),
    line(
        "inv-apr",
        "2026-04-01",
        "ATLAS_SUPPORT",
        1000,
        endDate="2026-04-04",
        quantity="10",
        unitPriceDollars="1",
        **NO_PROJECT,
    ),
    line("inv-apr", "2026-04-29", "CREDIT", -500, **NO_PROJECT),
    line("inv-apr", "2026-04-11", "ATLAS_AWS_STORAGE_STANDARD_GP3", 210, clusterName="global"),
    line("inv-apr", "2026-04-11", "ATLAS_GCP_DATA_TRANSFER_INTERNET", 90, clusterName="global"),
    line("inv-apr", "2026-04-11", "ATLAS_DATA_LAKE_AWS_DATA_SCANNED", 40),
    line(
        "inv-apr",
        "2026-04-11",
        "ATLAS_AWS_SEARCH_INSTANCE_S20_COMPUTE_NVME",
        1234,
        clusterName="orders",
        tags=PROD,
    ),
    line("inv-apr", "2026-04-11", "NEWFANGLED_THING", 7),
    line("inv-apr", "2026-04-11", "ATLAS_INSTANCE_M0", 0, clusterName="free"),
    line("inv-apr", "2026-04-11", "ATLAS_AWS_DATA_TRANSFER_INTERNET", 5, clusterName="orders"),
    line("inv-apr", "2026-04-11", "ATLAS_AWS_DATA_TRANSFER_INTERNET", 5, clusterName="orders"),
    line("inv-may", "2026-05-01", "ATLAS_AWS_INSTANCE_M30", 3888, **M30),
    line("inv-may", "2026-05-02", "ATLAS_AWS_INSTANCE_M30", 3888, **M30),
    line("inv-may", "2026-05-03", "ATLAS_AWS_INSTANCE_M30", 3888, **M30),
    line("inv-may", "2026-05-03", "ATLAS_AWS_INSTANCE_M10", 100, clusterName="ghost"),
    line("inv-may", "2026-05-02", "ATLAS_FLEX_AZURE_100_USAGE_HOURS", 80, clusterName="tiny"),
    line("inv-may", "2026-05-01", "ATLAS_AZURE_DATA_TRANSFER", 9, clusterName="moon"),
    line("inv-may", "2026-05-03", "ATLAS_AWS_STORAGE_STANDARD", 11, clusterName="moon"),
    line("inv-may", "2026-05-03", "ATLAS_AWS_PRIVATE_ENDPOINT", 24, groupName=""),
    line("inv-may", "2026-05-03", "REALM_APP_SYNC", 6, stitchAppName="basket"),
    line("inv-may", "2026-05-03", "ATLAS_AWS_PRIVATE_ENDPOINT", 24, groupId="p9", groupName="gone"),
    line("inv-globex", "2026-04-05", "ATLAS_AWS_INSTANCE_M30", 10000, quantity="100",
         unitPriceDollars="1", percentDiscount="10", discountCents=1000, groupId="p3",
         groupName="labs", clusterName="lab", _connection="second"),
    line("inv-globex", "2026-04-06", "ATLAS_AWS_INSTANCE_M30", 5000, quantity="50",
         unitPriceDollars="1", percentDiscount="10", groupId="p3", groupName="labs",
         clusterName="lab", _connection="second"),
    *initech.LINES,
]  # fmt: skip


def insert(connection: duckdb.DuckDBPyConnection, table: str, row: Row) -> None:
    """Insert one row, naming only the columns it has."""
    names = ", ".join(row)
    marks = ", ".join("?" for _ in row)
    connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))


def write_raw(path: Path) -> None:
    """Create a raw database at path that holds this world."""
    with duckdb.connect(str(path)) as raw:
        raw.execute(RAW_SQL.read_text())
        _create_line_items(raw)
        _write_inventory(raw)
        _write_invoices(raw)
        _write_initech(raw)


def write_empty_raw(path: Path) -> None:
    """Create a raw database at path into which nothing was read yet."""
    with duckdb.connect(str(path)) as raw:
        raw.execute(RAW_SQL.read_text())
        raw.execute(CREATE_LINES)


def _create_line_items(raw: duckdb.DuckDBPyConnection) -> None:
    """The lines as a table: raw computes their ids, and this world chooses its own."""
    raw.execute(CREATE_LINES)
    raw.execute("create table line_items as from invoice_line_items")
    raw.execute("drop view invoice_line_items")
    raw.execute("alter table line_items rename to invoice_line_items")


def _write_inventory(raw: duckdb.DuckDBPyConnection) -> None:
    for org, name in (("org1", "Acme"), ("org2", "Globex")):
        insert(raw, "organizations", {"id": org, "name": name, **LANDED})
    for project, name, org in (
        ("p1", "shop", "org1"),
        ("p2", "vault", "org1"),
        ("p3", "labs", "org2"),
    ):
        insert(raw, "projects", {"id": project, "name": name, "orgId": org, **LANDED})
    for row in HISTORY:
        insert(raw, "inventory_history", row)
    insert(
        raw,
        "clusters",
        {
            "id": "c-new",
            "name": "orders",
            "groupId": "p1",
            "stateName": "IDLE",
            "paused": False,
            "backupEnabled": True,
            "tags": json.dumps([{"key": "env", "value": "prod"}]),
            **LANDED,
        },
    )
    access = {"groupId": "p2", "entity": "clusters", "is_readable": False, "error": "403"}
    insert(raw, "project_access", access)
    insert(raw, "skus", {"id": "ATLAS_AWS_INSTANCE_M30", "description": "M30 on AWS", **LANDED})


def _write_invoices(raw: duckdb.DuckDBPyConnection) -> None:
    for invoice in INVOICES:
        count = sum(row["_invoice_id"] == invoice["id"] for row in LINES)
        insert(raw, "invoices", {**LANDED, "_line_items": count, "_versions_seen": 1, **invoice})
    for payment in PAYMENTS:
        insert(raw, "invoice_payments", {**LANDED, **payment})
    for refund in REFUNDS:
        insert(raw, "invoice_refunds", {**LANDED, **refund})
    for number, row in enumerate(LINES):
        insert(raw, "invoice_line_items", {**LANDED, "_line_item_id": f"line-{number:02d}", **row})


def _write_initech(raw: duckdb.DuckDBPyConnection) -> None:
    """What two connections reach, the second of them later: each row is there twice."""
    second = {**LANDED, "_connection": "second", "_landed_at": LATER}
    for table, row in initech.INVENTORY:
        insert(raw, table, {**row, **LANDED})
        insert(raw, table, {**row, **second})
    for number, row in enumerate(initech.REPORT):
        insert(raw, "focus_report_rows", {**row, "_row": number, **LANDED})
        insert(raw, "focus_report_rows", {**row, "_row": number, **second})
    for row in initech.CHANGES:
        insert(raw, "invoice_changes", row)
