"""The audit trail: every run of an action is a row, whatever became of it."""

from datetime import datetime
from typing import get_args

import duckdb

from orchestration.audit import Outcome

from .acted import RECORDS, SNAPSHOT

Marts = duckdb.DuckDBPyConnection
PROMISED = [
    "action",
    "target",
    "requested_at",
    "requested_by",
    "plan",
    "applied",
    "outcome",
    "error",
    "atlas_ids",
    "duration_s",
]


def _at(minute: int, second: int = 0, millisecond: int = 0) -> datetime:
    return datetime(2026, 5, 1, 8, minute, second, millisecond * 1000)  # noqa: DTZ001 - naive UTC


def test_the_promised_columns_come_first(marts: Marts) -> None:
    names = [name for name, *_ in marts.execute("describe actions").fetchall()]
    assert names[: len(PROMISED)] == PROMISED


def test_each_run_is_a_row_of_its_outcome(marts: Marts) -> None:
    """Two copies of one record are one run."""
    query = "select action, outcome, applied, requested_at, requested_by from actions"
    assert marts.execute(query).fetchall() == [
        (each.action, each.outcome, each.applied, _at(minute), each.requested_by)
        for minute, each in enumerate(RECORDS)
    ]
    assert {each.outcome for each in RECORDS} == set(get_args(Outcome))


def test_a_plan_keeps_what_it_would_cost(marts: Marts) -> None:
    query = """
        select outcome, plan ->> '$.summary', monthly_cost_before_cents, monthly_cost_after_cents
        from actions where action = 'create_cluster' order by requested_at
    """
    create = "Create cluster cart in project shop."
    assert marts.execute(query).fetchall() == [
        ("planned", create, 0, 41610),
        ("applied", create, 0, 41610),
        ("adopted", "It is there, as wanted.", None, None),
        ("failed", create, 0, 41610),
    ]


def test_what_is_not_known_is_null(marts: Marts) -> None:
    """Refused before anything was clear: no target, no plan, no result."""
    query = """
        select connection, target, plan, result, error, error_code, config::varchar
        from actions where outcome = 'refused'
    """
    error = "connection is missing: say which one (default, second)."
    assert marts.execute(query).fetchall() == [("unknown", None, None, None, error, None, "{}")]


def test_a_failure_says_why_though_its_connection_is_gone(marts: Marts) -> None:
    query = """
        select connection, target, error, error_code, finished_at
        from actions where outcome = 'failed'
    """
    assert marts.execute(query).fetchall() == [
        ("gone since", "shop/cart", "Atlas has no room for it.", "OUT_OF_CAPACITY", _at(7, 1, 500))
    ]


def test_a_killed_run_has_its_ids_and_no_end(marts: Marts) -> None:
    query = """
        select atlas_ids ->> 'snapshot_id', duration_s, finished_at
        from actions where outcome = 'in_progress'
    """
    assert marts.execute(query).fetchall() == [(SNAPSHOT["snapshot_id"], None, None)]
