"""Writes the hand-written world into a raw database, table by table as Atlas names its fields."""

import json
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.warehouse import actions
from orchestration.warehouse.line_items import CREATE_LINES

from . import acted, initech, ruled
from .world import HISTORY, INVOICES, LINES, PAYMENTS, REFUNDS, Row

RAW_SQL = Path(__file__).parents[2] / "orchestration" / "warehouse" / "raw.sql"
LANDED = {
    "_connection": "default",
    "_landing_file": "a.json.gz",
    "_landed_at": datetime(2026, 5, 4),  # noqa: DTZ001 - raw holds naive UTC
}
LATER = datetime(2026, 5, 5)  # noqa: DTZ001 - raw holds naive UTC


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
        acted.keep_records(path.parent / "landing")
        actions.apply(raw, path.parent / "landing")
        ruled.apply(raw, path.parent)


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
    for org, name in (("org1", "Acme"), ("org2", "Globex"), ("org4", "Hooli")):
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
        lines = [row for row in LINES if row["_invoice_id"] == invoice["id"]]
        counted = {
            "_line_items": len(lines),
            "_cents": sum(row["totalPriceCents"] for row in lines),
            "_load": f"load of {invoice['id']}",
        }
        insert(raw, "invoices", {**LANDED, **counted, "_versions_seen": 1, **invoice})
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
    for report in (LANDED, second):
        insert(raw, "focus_reports", {"_invoice_id": "inv-initech", **report})
    for row in initech.CHANGES:
        insert(raw, "invoice_changes", row)
