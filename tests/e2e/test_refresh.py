"""Refreshing again: nothing new changes nothing; a day more changes the pending invoice alone."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import dagster as dg
import duckdb
import pytest

from orchestration.definitions import defs
from tests.e2e.conftest import control
from tests.e2e.truth import expected, sums_of_marts

MARTS = "select table_name from information_schema.tables where table_schema = 'marts'"
Rows = dict[str, tuple[int, int]]
"""Mart → how many rows it has, and the sum of their hashes."""
DOCUMENT = re.compile(r"/invoices/([0-9a-f]{24}|pending)$")


@pytest.fixture
def dbt():
    """Here it starts as it does for a user."""


def snapshot(world) -> Rows:
    """Every row of every mart."""
    return rows_of(world, (table for (table,) in world.query(MARTS)))


def rows_of_other_invoices(world, pending: list[str]) -> Rows:
    ids = ", ".join(f"'{each}'" for each in pending)
    tables = ["fct_line_items", "fct_costs_daily", "fct_invoices", "fct_invoice_bridge"]
    return rows_of(world, tables, f"invoice_id not in ({ids})")


def rows_of(world, tables: Iterable[str], where: str = "true") -> Rows:
    """In DuckDB and by one connection: 100,000 rows as text here took five seconds."""
    with world.published_db() as db:
        return {
            table: db.execute(
                f"select count(*), sum(hash(mart)) from marts.{table} as mart where {where}"
            ).fetchall()[0]
            for table in tables
        }


def when_dbt_ran(world) -> int:
    """When the last build wrote what came of it, in nanoseconds."""
    return (world.data / "build/dbt/run_results.json").stat().st_mtime_ns


def freshness(world) -> tuple[datetime, datetime]:
    """When all was last read, and when that was told."""
    [times] = world.query("select last_success_at, published_at from meta.freshness")
    return times


@contextmanager
def only_dagster(world, keys: dict[str, str]) -> Iterator[dg.ExecuteInProcessResult]:
    """The daily refresh as its schedule runs it."""
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        for name, value in keys.items():
            patch.setenv(name, value)
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        job = defs.resolve_job_def("refresh_costs")
        yield job.execute_in_process(instance=instance, run_config=quiet)


def built_now(world) -> set[str]:
    """The invoices that the last build made."""
    with duckdb.connect() as db:
        db.execute(f"attach '{world.data / 'build/marts.duckdb'}' as warehouse (read_only)")
        found = db.execute("select invoice_id from warehouse.intermediate.int_changed_invoices")
        return {invoice for (invoice,) in found.fetchall()}


def documents_read(sandbox) -> list[str]:
    requests = control(sandbox, "requests")
    asked = requests if isinstance(requests, list) else requests["requests"]
    found = [DOCUMENT.search(each["path"]) for each in asked if each["status"] == 200]
    return [each[1] for each in found if each]


def test_refreshing_again(world, sandbox):
    keys = sandbox.environment()
    first = world.run("refresh", **keys)
    assert (first.code, first.out.count("match Atlas's totals to the cent")) == (0, 1)
    assert sums_of_marts(world.query) == expected(sandbox.truth())
    before, landed, published = snapshot(world), world.landed(), world.published
    built, fresh = when_dbt_ran(world), freshness(world)

    control(sandbox, "requests", method="DELETE")
    assert world.run("refresh", **keys).code == 0
    read = documents_read(sandbox)
    assert "pending" in read
    assert len(read) <= 1 + 3
    assert world.landed() == landed
    assert snapshot(world) == before
    assert world.published != published
    assert when_dbt_ran(world) == built
    assert freshness(world) > fresh

    with only_dagster(world, keys) as ran:
        assert ran.success
    assert when_dbt_ran(world) == built
    assert snapshot(world) == before

    pending = [
        each
        for (each,) in world.query(
            "select invoice_id from marts.fct_invoices where status = 'PENDING'"
        )
    ]
    others = rows_of_other_invoices(world, pending)
    control(sandbox, "clock", {"days": 1})
    assert world.run("refresh", **keys).code == 0
    assert rows_of_other_invoices(world, pending) == others
    assert set() < built_now(world) <= set(pending)
    # the pending invoice alone; of the inventory the day's snapshots are new
    assert len(world.landed("invoices") - landed) == 1
    assert sums_of_marts(world.query) == expected(sandbox.truth())
    assert snapshot(world)["fct_line_items"] != before["fct_line_items"]

    published, landed = world.published, world.landed()
    control(sandbox, "faults", {"path": "/invoices/", "kind": "truncate", "times": 99})
    failed = world.run("refresh", **keys)
    assert failed.code == 1
    assert "cut short" in failed.err.strip().splitlines()[-1]
    assert (world.published, world.landed()) == (published, landed)
