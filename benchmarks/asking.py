"""Typical report queries, on the small tables and on every line."""

import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.measure import Failed
from benchmarks.report import p95

ROUNDS = 40
# What a page asks, the small table that answers, and its column of time.
QUERIES = {
    "12 months by service and day": (
        "agg_costs_daily",
        "usage_date",
        (
            "select service, day, sum(cost_cents)::bigint as cents from costs "
            "where day >= $first and is_in_total group by all"
        ),
    ),
    "12 months by a tag and month": (
        "agg_costs_monthly",
        "usage_month",
        (
            "select month, array_to_string(tags['team'], ', ') as team, "
            "sum(cost_cents)::bigint as cents from costs "
            "where day >= $first and is_in_total group by all"
        ),
    ),
    "top 20 resources of 12 months": (
        "agg_costs_monthly",
        "usage_month",
        (
            "select resource_id, max(resource_name), sum(cost_cents)::bigint as cents from costs "
            "where day >= $first group by resource_id "
            "order by cents desc, resource_id limit 20"
        ),
    ),
    "12 months by project, each beside the one before": (
        "agg_costs_monthly",
        "usage_month",
        (
            "select project_id, month, sum(cost_cents)::bigint as cents, "
            "cents - lag(cents) over (partition by project_id order by month) as change from costs "
            "where day >= $first group by project_id, month"
        ),
    ),
}


@dataclass(frozen=True)
class Answer:
    """What asking again and again came to: rows, and milliseconds."""

    rows: list[object]
    median_ms: float
    p95_ms: float


def asked(marts: Path) -> dict[str, tuple[Answer, Answer]]:
    """Query → its answer on the small table, and on the lines.

    Raises:
        Failed: the two answers differ.
    """
    found = {}
    with duckdb.connect(config={"threads": 2}) as db:
        db.execute(f"attach '{marts}' as warehouse (read_only)")
        [(first,)] = db.execute(
            "select (max(usage_month) - interval 11 month)::date "
            "from warehouse.marts.agg_costs_monthly"
        ).fetchall()
        for name, (table, day, sql) in QUERIES.items():
            small = _timed(db, _over(table, day, sql), first)
            lines = _timed(db, _over("fct_line_items", "usage_date", sql), first)
            if small.rows != lines.rows:
                raise Failed(f"{name}: {table} answers otherwise than fct_line_items.")
            found[name] = (small, lines)
    return found


def _over(table: str, day: str, sql: str) -> str:
    month = day if day == "usage_month" else f"date_trunc('month', {day})::date"
    costs = f"select *, {day} as day, {month} as month from warehouse.marts.{table}"
    return f"with costs as ({costs}) {sql}"


def _timed(db: duckdb.DuckDBPyConnection, sql: str, first: object) -> Answer:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        rows = db.execute(sql, {"first": first}).fetchall()
        times.append((time.perf_counter() - began) * 1000)
    return Answer(sorted(rows, key=str), median(times), p95(times))


def sizes(marts: Path, folder: Path) -> tuple[int, int]:
    """Bytes of the tables that pages read, and of the lines, each alone in a file."""
    small = ("agg_costs_daily", "agg_costs_monthly", "agg_invoices")
    return sum(_size(marts, folder, each) for each in small), _size(marts, folder, "fct_line_items")


def _size(marts: Path, folder: Path, table: str) -> int:
    alone = folder / "alone.duckdb"
    with duckdb.connect(str(alone)) as db:
        empty = alone.stat().st_size
        db.execute(f"attach '{marts}' as warehouse (read_only)")
        db.execute(f"create table {table} as from warehouse.marts.{table}")
        db.execute("checkpoint")
    size = alone.stat().st_size - empty
    alone.unlink()
    return size
