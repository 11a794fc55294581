"""Building only what changes reach gives what building all gives, row for row in every mart."""

import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest

from orchestration.warehouse.inputs import fingerprints

from .changes import CHANGES, Raw, add_line, loaded_again
from .conftest import PROJECT, Warehouse
from .raw_file import LANDED, insert
from .world import VIRGINIA, cluster, observed, region

Day = Callable[[Raw, Path], None]
TABLES_OF_A_CONNECTION = (
    "organizations", "projects", "inventory_history", "invoices", "invoice_line_items",
    "invoice_payments", "focus_report_rows", "focus_reports", "invoice_changes",
    "search_deployments", "data_federation", "stream_workspaces", "online_archives",
)  # fmt: skip


def a_day_passes(raw: Raw, project: Path) -> None:
    """The pending invoice grows, and a cluster has moved to another region on its last day."""
    add_line(raw, "inv-may", "2026-05-04", "ATLAS_AWS_INSTANCE_M30", 3888, clusterName="orders")
    loaded_again(raw, "inv-may")
    moved = cluster("2026-04-10T10:00:00Z", region("AWS", "EU_WEST_1", 3))
    raw.execute("update inventory_history set _valid_to = '2026-05-04 05:00' where id = 'c-new'")
    seen = observed("clusters", "c-new", "orders", "2026-05-04 05:00", moved)
    insert(raw, "inventory_history", seen)


def closed_invoices_change(raw: Raw, project: Path) -> None:
    """One is restated and has other tags, one gets a report late, and a linked one appears."""
    april = "_invoice_id = 'inv-apr'"
    raw.execute(
        "update invoice_line_items set totalPriceCents = totalPriceCents + 100, "
        f"tags = map {{'team': ['core']}} where {april} and sku = 'NEWFANGLED_THING'"
    )
    raw.execute(f"delete from invoice_line_items where {april} and sku like '%STANDARD_GP3'")
    add_line(raw, "inv-linked", "2026-05-02", "ATLAS_SUPPORT", 70, groupId="", groupName=None)
    linked = {"id": "inv-linked", "orgId": "org4", "statusName": "CLOSED", "_is_nested": True}
    dates = {"startDate": "2026-05-01", "endDate": "2026-06-01"}
    insert(raw, "invoices", {**LANDED, **linked, **dates})
    loaded_again(raw, "inv-apr", "inv-linked")
    report = {"_invoice_id": "inv-globex", **LANDED, "_landing_file": "late.csv.gz"}
    insert(raw, "focus_reports", report)
    row = {
        "_row": 1, "ChargePeriodStart": "2026-04-05T00:00:00Z", "SubAccountId": "p3",
        "ResourceName": "lab", "x_AtlasSku": "ATLAS_AWS_INSTANCE_M30", "RegionId": "eu-west-1",
        "HostProviderName": "AWS", "x_SkuCategory": "Clusters", "BillingCurrency": "EUR",
    }  # fmt: skip
    insert(raw, "focus_report_rows", {**row, **report})


def names_change(raw: Raw, project: Path) -> None:
    """A cluster has another name, a name was another cluster, a project another name."""
    raw.execute("update inventory_history set name = 'worldwide' where id = 'c-multi'")
    before = cluster("2026-01-01T10:00:00Z", VIRGINIA)
    gone = "2026-04-30 10:00"
    insert(
        raw,
        "inventory_history",
        observed("clusters", "c-ghost", "ghost", "2026-04-02 06:00", before, gone=gone),
    )
    raw.execute("update organizations set name = 'Initech GmbH' where id = 'org3'")


def the_rules_change(raw: Raw, project: Path) -> None:
    """The operator overrules the taxonomy, and a release spells a region otherwise."""
    insert(raw, "taxonomy_overrides", {"position": 3, "sku": "REALM_APP_SYNC", "category": "Ours"})
    regions = project / "seeds/regions.csv"
    regions.write_text(regions.read_text().replace("eu-west-1", "eu-west-one"))


def credits_and_a_connection_less(raw: Raw, project: Path) -> None:
    """A payment turns an organization to credits; another connection is removed."""
    insert(
        raw,
        "invoice_payments",
        {**LANDED, "_invoice_id": "inv-apr", "id": "pay-9", "unitPrice": "0.9", "currency": "USD"},
    )
    raw.execute("delete from invoice_line_items where _invoice_id in ('inv-globex', 'inv-initech')")
    raw.execute("delete from invoices where id in ('inv-globex', 'inv-initech')")
    for table in TABLES_OF_A_CONNECTION:
        raw.execute(f"delete from {table} where _connection = 'second'")


KILLED_AFTER = (
    "int_changed_invoices", "fct_line_items", "agg_costs_monthly", "fct_invoices",
    "int_changed_months", "allocated_costs_daily",
)  # fmt: skip
NOTED, SEEDS = "inputs.json", "seeds"
HOOLI = {"hooli-dollars", "hooli-two", "hooli-committed"}
ALL = {"inv-apr", "inv-may", "inv-globex", "inv-initech", "inv-linked", *HOOLI}
DAYS: list[tuple[Day, set[str]]] = [
    (a_day_passes, {"inv-may"}),
    (closed_invoices_change, {"inv-apr", "inv-linked", "inv-globex"}),
    (names_change, {"inv-apr", "inv-may", "inv-initech"}),
    (the_rules_change, ALL),
    (credits_and_a_connection_less, {"inv-apr", "inv-may", "inv-globex", "inv-initech"}),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the models, whose seeds may be edited."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("target", "logs"))
    return folder


@pytest.fixture
def warehouse(built: tuple[Warehouse, dict[str, str]], project: Path, tmp_path: Path) -> Warehouse:
    folder = tmp_path / "incremental"
    folder.mkdir()
    copy = Warehouse(built[0].copy_to(folder).folder, project)
    note_inputs(copy)
    return copy


def build(warehouse: Warehouse, *arguments: str) -> set[str]:
    """Build and test as a refresh does, no more than changed inputs reach; the invoices built."""
    changed = None if arguments else changed_tables(warehouse)
    if changed is None:
        statuses = warehouse.dbt("build", "--exclude", "resource_type:unit_test", *arguments)
    else:
        statuses = warehouse.build_reached(changed)
    failed = [name for name, status in statuses.items() if status in ("fail", "skipped")]
    assert failed == []
    note_inputs(warehouse)
    return built_now(warehouse) if changed != set() else set()


def inputs(warehouse: Warehouse) -> dict[str, str]:
    """What a build would be made of: tables of raw, and seeds."""
    with duckdb.connect(str(warehouse.raw), read_only=True) as raw:
        found = fingerprints(raw)
    seeds = sorted((warehouse.project / "seeds").glob("*.csv"))
    return found | {SEEDS: sha256(b"".join(each.read_bytes() for each in seeds)).hexdigest()}


def note_inputs(warehouse: Warehouse) -> None:
    (warehouse.folder / NOTED).write_text(json.dumps(inputs(warehouse)))


def forget_inputs(warehouse: Warehouse) -> None:
    """As a refresh does when it begins to build: what is killed then was not built."""
    (warehouse.folder / NOTED).unlink(missing_ok=True)


def changed_tables(warehouse: Warehouse) -> set[str] | None:
    """None where all must be built: the last build did not end well, or models are others."""
    noted = warehouse.folder / NOTED
    if not noted.exists():
        return None
    before, now = json.loads(noted.read_text()), inputs(warehouse)
    changed = {each for each in now if now[each] != before[each]}
    return None if SEEDS in changed else changed


def built_now(warehouse: Warehouse) -> set[str]:
    with duckdb.connect() as db:
        db.execute(f"attach '{warehouse.marts}' as warehouse (read_only)")
        found = db.execute("select invoice_id from warehouse.intermediate.int_changed_invoices")
        return {row[0] for row in found.fetchall()}


def built_whole(warehouse: Warehouse, folder: Path) -> Warehouse:
    """The same raw tables, built from nothing; at the same place, which saves dbt the parsing."""
    folder.mkdir()
    kept = warehouse.marts.rename(folder / "kept.duckdb")
    warehouse.dbt("build", "--exclude", "resource_type:unit_test", "resource_type:test")
    whole = Warehouse(folder)
    warehouse.marts.rename(whole.marts)
    kept.rename(warehouse.marts)
    return whole


def differing(one: Warehouse, other: Warehouse) -> dict[str, tuple[int, int]]:
    """Mart → rows that only the one has, and only the other."""
    contents = {}
    with duckdb.connect() as db:
        for name, warehouse in (("one", one), ("other", other)):
            # views name their schema, not their file, so each is read where it is at home
            db.execute(f"attach '{warehouse.marts}' as warehouse (read_only)")
            db.execute("use warehouse")
            tables = db.execute(
                "select table_name from information_schema.tables "
                "where table_catalog = 'warehouse' and table_schema = 'marts'"
            ).fetchall()
            for (table,) in tables:
                db.execute(f"create temp table {name}_{table} as from marts.{table}")
            contents[name] = {table for (table,) in tables}
            db.execute("use memory")
            db.execute("detach warehouse")
        assert contents["one"] == contents["other"]
        return {
            table: rows
            for table in sorted(contents["one"])
            if (rows := (_only(db, table, "one", "other"), _only(db, table, "other", "one")))
            != (0, 0)
        }


def _only(db: duckdb.DuckDBPyConnection, table: str, here: str, there: str) -> int:
    [(rows,)] = db.execute(
        f"select count(*) from (from {here}_{table} except all from {there}_{table})"
    ).fetchall()
    return rows


def test_whatever_changes_incremental_equals_full(warehouse: Warehouse, tmp_path: Path) -> None:
    """And no invoice is built again that did not have to be.

    Compared before all is built anew and at the end, which takes less than half of the time that
    comparing after each change would; the days of the wide run are compared one by one.
    """
    for change, expected in DAYS:
        with duckdb.connect(str(warehouse.raw)) as raw:
            change(raw, warehouse.project)
        assert build(warehouse) == expected, change.__name__
        if change in (names_change, credits_and_a_connection_less):
            whole = built_whole(warehouse, tmp_path / change.__name__)
            assert differing(warehouse, whole) == {}, change.__name__
    assert build(warehouse) == set()


def random_days(warehouse: Warehouse, folder: Path, seed: int, days: int) -> None:
    """Each of several changes; now and then a build in between is killed, or builds all anew."""
    pick = Random(seed)
    for day in range(days):
        happened = pick.sample(CHANGES, pick.randint(2, 5))
        named = f"seed {seed}, day {day}: {[each.__name__ for each in happened]}"
        for change in happened:
            with duckdb.connect(str(warehouse.raw)) as raw:
                change(raw, warehouse.project, pick)
            if pick.random() < 0.15:
                forget_inputs(warehouse)
                warehouse.kill_build_after(pick.choice(KILLED_AFTER))
        build(warehouse, *(["--full-refresh"] if pick.random() < 0.1 else []))
        whole = built_whole(warehouse, folder / f"{seed}-{day}")
        assert differing(warehouse, whole) == {}, named


def test_whatever_else_changes_incremental_equals_full(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    """Of this seed an invoice, clusters and rules of allocation, and a build that is killed."""
    random_days(warehouse, tmp_path, seed=16, days=1)


@pytest.mark.wide
@pytest.mark.parametrize("seed", range(1, 8))
def test_many_days_of_whatever_changes(warehouse: Warehouse, tmp_path: Path, seed: int) -> None:
    random_days(warehouse, tmp_path, seed, days=8)


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(each, marks=[] if each == "fct_line_items" else pytest.mark.wide)
        for each in KILLED_AFTER
    ],
)
def test_a_build_that_was_killed_is_made_up_for(
    warehouse: Warehouse, tmp_path: Path, model: str
) -> None:
    """Its lines are new, its sums are old, and what had changed is by now as it was before."""
    shutil.copy(warehouse.raw, tmp_path / "before.duckdb")
    with duckdb.connect(str(warehouse.raw)) as raw:
        a_day_passes(raw, warehouse.project)
        closed_invoices_change(raw, warehouse.project)
    forget_inputs(warehouse)
    warehouse.kill_build_after(model)
    shutil.copy(tmp_path / "before.duckdb", warehouse.raw)
    # the linked invoice is gone again
    assert build(warehouse) == {"inv-may", "inv-apr", "inv-globex", "inv-linked"}
    assert differing(warehouse, built_whole(warehouse, tmp_path / "whole")) == {}


def test_what_failed_a_test_is_built_and_tested_again(warehouse: Warehouse) -> None:
    with duckdb.connect(str(warehouse.raw)) as raw:
        loaded_again(raw, "inv-may")
        raw.execute("update invoices set _cents = _cents + 1 where id = 'inv-may'")
    statuses = warehouse.build_reached(changed_tables(warehouse) or set())
    assert statuses["assert_line_items_equal_landed"] == "fail"
    forget_inputs(warehouse)
    with duckdb.connect(str(warehouse.raw)) as raw:
        raw.execute("update invoices set _cents = _cents - 1 where id = 'inv-may'")
    assert build(warehouse) == {"inv-may"}
    warehouse.dbt("run", "--select", "+int_changed_invoices")
    assert built_now(warehouse) == set()


def _is_of_changed(manifest: dict[str, Any], node: str) -> bool:
    return manifest["nodes"][node]["config"].get("where") == "is_changed"


@pytest.mark.parametrize(
    ("changed", "ledger", "beside"),
    [
        ("int_changed_invoices", "built_invoices", {"int_changed_months"}),
        ("int_changed_months", "built_months", set()),
    ],
)
def test_a_ledger_is_signed_last(
    built: tuple[Warehouse, dict[str, str]], changed: str, ledger: str, beside: set[str]
) -> None:
    """After all that is built by invoice, or month, and after each test that looks at only that."""
    manifest = json.loads((built[0].folder / "target/manifest.json").read_text())
    parents = manifest["parent_map"]
    changed, ledger = (f"model.atlas_costs.{name}" for name in (changed, ledger))
    before = set(waiting := [ledger])
    while waiting:
        new = set(parents[waiting.pop()]) - before
        before |= new
        waiting += new
    keyed = {node for node, its in parents.items() if changed in its}
    tests = {node for node in keyed if node.startswith("test.")}
    assert keyed - tests <= before | {f"model.atlas_costs.{name}" for name in beside}
    for test in tests | {node for node in manifest["nodes"] if _is_of_changed(manifest, node)}:
        # dbt holds a model back for a test whose every model comes before it
        assert set(parents[test]) <= before - {ledger}, test


def allocated_now(warehouse: Warehouse) -> set[str]:
    """The usage months whose costs were allocated in the last build."""
    with duckdb.connect() as db:
        db.execute(f"attach '{warehouse.marts}' as warehouse (read_only)")
        found = db.execute(
            "select distinct strftime(usage_date, '%Y-%m') "
            "from warehouse.allocation.int_allocation_costs"
        )
        return {row[0] for row in found.fetchall()}


def test_a_month_is_allocated_where_its_costs_or_the_rules_changed(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    with duckdb.connect(str(warehouse.raw)) as raw:
        a_day_passes(raw, warehouse.project)
    assert build(warehouse) == {"inv-may"}
    assert allocated_now(warehouse) == {"2026-05"}
    with duckdb.connect(str(warehouse.raw)) as raw:
        raw.execute("update allocation_rules set value = 'none' where method = 'default'")
    build(warehouse)
    assert allocated_now(warehouse) == {"2026-04", "2026-05"}
    assert differing(warehouse, built_whole(warehouse, tmp_path / "whole")) == {}
    with duckdb.connect(str(warehouse.raw)) as raw:
        loaded_again(raw, "inv-may")
    build(warehouse)
    assert allocated_now(warehouse) == {"2026-05"}


def rows_read(warehouse: Warehouse, test: str) -> dict[str, int]:
    """The most rows that DuckDB reads of each table at once, for a dbt test as it was last run."""
    results = json.loads((warehouse.folder / "target/run_results.json").read_text())["results"]
    [sql] = [each["compiled_code"] for each in results if each["unique_id"].endswith(f".{test}")]
    read: dict[str, int] = {}

    def count(operator: dict[str, Any]) -> None:
        if table := operator["extra_info"].get("Table"):
            name = table.rpartition(".")[2]
            read[name] = max(read.get(name, 0), operator["intermediate_rows"])
        for each in operator.get("children", []):
            count(each)

    with duckdb.connect() as db:
        db.execute(f"attach '{warehouse.marts}' as warehouse (read_only)")
        db.execute(f"attach '{warehouse.raw}' as raw (read_only)")
        db.execute("use warehouse")
        [(_, plan)] = db.execute(f"explain (analyze, format json) {sql}").fetchall()
    for each in json.loads(plan)["operator"]:
        count(each)
    return read


def test_what_focus_bills_is_tested_without_reading_history(warehouse: Warehouse) -> None:
    """Though the view joins the lines of every report: a sum of costs must not make it do so."""
    for change in (closed_invoices_change, lambda raw, _: loaded_again(raw, "inv-initech")):
        with duckdb.connect(str(warehouse.raw)) as raw:
            change(raw, warehouse.project)
        changed = build(warehouse)
    assert changed == {"inv-initech"}
    rows = {}
    with duckdb.connect() as db:
        db.execute(f"attach '{warehouse.marts}' as warehouse (read_only)")
        for table in ("fct_line_items", "fct_focus_rows"):
            its_rows = f"from warehouse.marts.{table} where invoice_id = 'inv-initech'"
            [(rows[table],)] = db.execute(f"select count(*) {its_rows}").fetchall()
    for test in ("billed_equals_payable", "costs_equal_lines_and_reports"):
        read = rows_read(warehouse, f"assert_focus_{test}")
        assert all(read[table] <= rows[table] for table in rows), (test, read)
