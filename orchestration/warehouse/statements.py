"""Closed statements into raw, as their files say."""

import json
from collections.abc import Sequence

import duckdb

from orchestration.statements.files import Statement

_INSERT = """
insert into statement_rows by name
select item.*, $month::date as statement_month,
    $closed_at::timestamptz at time zone 'UTC' as closed_at, $file as _file, $sha256 as _sha256
from (
    select unnest(from_json($rows, '[{
        "usage_month": "DATE", "entry": "VARCHAR", "allocation_key": "VARCHAR",
        "allocation_value": "VARCHAR", "org_id": "VARCHAR", "project_id": "VARCHAR",
        "project_name": "VARCHAR", "resource_id": "VARCHAR", "resource_name": "VARCHAR",
        "charge_type": "VARCHAR", "pricing_currency": "VARCHAR", "is_shared": "BOOLEAN",
        "cost_cents": "BIGINT", "reason": "VARCHAR", "rules_sha256": "VARCHAR"
    }]')) as item
)
"""


def apply(db: duckdb.DuckDBPyConnection, statements: Sequence[Statement]) -> None:
    """Make the table hold exactly the rows of these statements."""
    there = db.execute("select distinct _file, _sha256 from statement_rows").fetchall()
    if set(there) == {(each.name, each.sha256) for each in statements}:
        return
    db.execute("delete from statement_rows")
    for each in statements:
        rows = [{**row, "rules_sha256": each.rules[row["allocation_key"]]} for row in each.rows]
        db.execute(
            _INSERT,
            {
                "month": each.month,
                "closed_at": each.closed_at.isoformat(),
                "file": each.name,
                "sha256": each.sha256,
                "rows": json.dumps(rows),
            },
        )
