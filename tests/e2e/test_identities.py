"""Each identity of the cost model against a moved cent, found by the dbt tests that name it.

Two organizations of the sandbox, one of them on credits, with rules, a closed statement and what
must be adjusted since. dbt's tests are run as dbt compiles them: in a build of everything, and in
one that has nothing to build, so that the cent is moved in an old bill.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest

import sandbox as sandbox_package
from orchestration import cli
from tests.dbt.conftest import Warehouse
from tests.e2e.conftest import control, in_haste, process_left_as_it_was
from tests.e2e.moved_cents import GUARDS, KEPT, MOVES, OF_WHAT_IS_BUILT, VIEWS, Move
from tests.e2e.test_rules import DEAREST_CLUSTER
from tests.e2e.test_truth import connect
from tests.forked_dbt import forked

TODAY = date(2026, 5, 20)
ALLOCATION = """\
keys:
  - key: team
    rules:
      - when: {all: [{dimension: service, is: Backup}]}
        percent: {web: 66.6, core: 33.4}
      - value_from: tag:team
      - when: {all: [{dimension: charge_type, is: [support, minimum_charge]}]}
        split: {by: cost}
  - key: project
    rules:
      - value_from: project
"""


@dataclass(frozen=True)
class Compiled:
    """A dbt test as it was run: its SQL, and all tables that it reads or that those are made of."""

    sql: str
    reads: set[str]


@dataclass(frozen=True)
class Bill:
    """Raw and marts, and dbt's tests as compiled in a build of all and in one of nothing."""

    db: duckdb.DuckDBPyConnection
    whole: dict[str, Compiled]
    later: dict[str, Compiled]

    def failing(self, tests: dict[str, Compiled], table: str | None = None) -> set[str]:
        """Names of those that give a row, of those that read a table if one is given."""
        return {
            name
            for name, test in tests.items()
            if table in {None, *test.reads} and self.db.execute(test.sql).fetchone()
        }

    @property
    def invoice(self) -> str:
        """Of March, which has been closed long since."""
        [(found,)] = self.db.execute(
            "select invoice_id from fct_invoices "
            "where invoice_month = '2026-03-01' and connection = 'seed-2' and not is_nested"
        ).fetchall()
        return str(found)


def story(
    folder: Path, atlas: dict[int, sandbox_package.RunningSandbox], patch: pytest.MonkeyPatch
) -> dict[str, dict[str, Compiled]]:
    """Refresh, close March, let Atlas change it, build all anew; the tests, and those of later."""
    config, data = folder / "config", folder / "data"
    patch.setenv("ATLAS_COSTS_DATA_DIR", str(data))
    for name, text in connect(config, atlas).items():
        patch.setenv(name, text)
    (config / "allocation.yaml").write_text(ALLOCATION)
    in_haste(patch)

    def run(*arguments: str) -> None:
        patch.setattr(sys, "argv", ["atlas-costs", *arguments])
        with pytest.raises(SystemExit, match="^0$"):
            cli.main()

    run("refresh")
    run("statement", "close", "2026-03")
    with duckdb.connect(str((data / "atlas_costs.duckdb").resolve()), read_only=True) as published:
        [(cluster,)] = published.execute(DEAREST_CLUSTER).fetchall()
    control(atlas[7], "restate", {"invoice_month": "2026-03", "cents": 125})
    control(atlas[7], "retag", {"cluster": cluster, "tags": {"team": "newcomers"}})
    (data / "build/marts.duckdb").unlink()
    run("refresh")
    with duckdb.connect() as db:
        db.execute(f"attach '{data}/build/marts.duckdb' as warehouse")
        db.execute("delete from warehouse.intermediate.int_changed_invoices")
        db.execute("delete from warehouse.allocation.int_changed_months")
    build = Warehouse(data / "build")
    build.dbt("compile", "--select", "assert_*,test_type:singular")
    return {"whole": compiled(data / "build/dbt"), "later": compiled(data / "build/target")}


def compiled(target: Path) -> dict[str, Compiled]:
    """The tests of ours that stop a build, by name."""
    parents = json.loads((target / "manifest.json").read_text())["parent_map"]

    def above(node: str) -> set[str]:
        name = node.rpartition(".")[2]
        return {name}.union(*(above(each) for each in parents.get(node, [])))

    results = json.loads((target / "run_results.json").read_text())["results"]
    return {
        result["unique_id"].split(".")[2]: Compiled(
            result["compiled_code"], above(result["unique_id"])
        )
        for result in results
        if ".assert_" in result["unique_id"]
    }


@pytest.fixture(scope="module")
def bill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bill]:
    folder = tmp_path_factory.mktemp("identities")
    with ExitStack() as stack:
        stack.enter_context(process_left_as_it_was())
        stack.enter_context(forked())
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        atlas = {
            seed: stack.enter_context(sandbox_package.running(seed=seed, months=3, today=TODAY))
            for seed in (7, 2)
        }
        tests = story(folder, atlas, patch)
    build = folder / "data/build"
    with duckdb.connect() as db:
        db.execute(f"attach '{build}/marts.duckdb' as warehouse")
        db.execute(f"attach '{build}/raw.duckdb' as raw")
        db.execute("use warehouse.marts")
        yield Bill(db, **tests)


def test_every_identity_holds_before(bill: Bill) -> None:
    assert bill.failing(bill.whole) == set()
    assert bill.failing(bill.later) == set()
    assert bill.whole.keys() == bill.later.keys()


@pytest.mark.parametrize("move", MOVES, ids=str)
def test_a_moved_cent_is_seen_by_the_tests_that_guard_it(bill: Bill, move: Move) -> None:
    bill.db.execute("begin")
    try:
        make(bill, move)
        whole = bill.failing(bill.whole, move.read_as)
        later = bill.failing(bill.later, move.read_as) if move.table in KEPT else None
    finally:
        bill.db.execute("rollback")
    assert whole & GUARDS == move.seen_by
    if later is not None:
        assert later & GUARDS == move.seen_by - OF_WHAT_IS_BUILT != set()


def make(bill: Bill, move: Move) -> None:
    """A cent more in one row, and one less in another if the move has one."""
    db, where = bill.db, move.where.format(invoice=bill.invoice)
    if move.table in VIEWS:
        db.execute(f"create table copied as from {move.table}")
        db.execute(f"drop view {move.table}")
        db.execute(f"alter table copied rename to {move.table}")
    same = [f"one.{name} is not distinct from other.{name}" for name in move.same]
    differs = f"one.{move.to_another} < other.{move.to_another}" if move.to_another else "true"
    rows = f"select rowid as id, * from {move.table} where {where}"
    if move.to_another:
        rows += f" and {move.column} <> 0"
    other = f"join rows as other on {' and '.join([differs, *same])}" if move.to_another else ""
    ids = "one.id, other.id" if move.to_another else "one.id"
    found = db.execute(
        f"with rows as ({rows}) select {ids} from rows as one {other} order by all limit 1"
    ).fetchone()
    assert found, "no such row"
    for row, cent in zip(found, (move.cent, f"-{move.cent}"), strict=False):
        db.execute(
            f"update {move.table} set {move.column} = {move.column} + {cent} where rowid = {row}"
        )
