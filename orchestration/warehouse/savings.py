"""What was said of findings into raw, in the order in which it was said."""

import json
from collections.abc import Sequence

import duckdb

from orchestration.savings.states import Saying

_INSERT = """
insert into saving_states by name
select item.* replace (item.said_at at time zone 'UTC' as said_at), position
from (
    select unnest(from_json($rows, '[{
        "finding_id": "VARCHAR", "rule": "VARCHAR", "part": "VARCHAR", "resource_id": "VARCHAR",
        "resource_name": "VARCHAR", "resource_type": "VARCHAR", "project_id": "VARCHAR",
        "org_id": "VARCHAR", "connection": "VARCHAR", "monthly_saving_cents": "BIGINT",
        "pricing_currency": "VARCHAR", "state": "VARCHAR", "said_at": "TIMESTAMPTZ",
        "said_by": "VARCHAR", "reason": "VARCHAR", "until": "DATE", "done_on": "DATE"
    }]')) as item, generate_subscripts(from_json($rows, '["json"]'), 1) as position
)
"""


def apply(db: duckdb.DuckDBPyConnection, sayings: Sequence[Saying]) -> None:
    """Make the table hold exactly this."""
    db.execute("delete from saving_states")
    rows = json.dumps([each.row for each in sayings], default=lambda each: each.isoformat())
    db.execute(_INSERT, {"rows": rows})
