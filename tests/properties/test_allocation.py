"""Whatever the rules and the bill, every cent is in exactly one value of each key.

dbt compiles the models once; their SQL then runs on hundreds of small bills.
"""

from collections import Counter, defaultdict
from fractions import Fraction

import duckdb
import pytest
from hypothesis import strategies as st

from orchestration.rules.allocation import Key
from orchestration.rules.compiling import compiled
from orchestration.warehouse import rules
from tests.dbt.conftest import Warehouse
from tests.dbt.raw_file import RAW_SQL, write_empty_raw
from tests.properties import allocating
from tests.properties.search import COMMON, WIDER, given, settings

MODELS = (
    "int_allocation_costs",
    "int_allocation_attributes",
    "int_allocation_matches",
    "int_allocation_periods",
    "int_allocation_assigned",
    "int_allocation_weights",
)
MART = "allocated_costs_daily"
LINES = """create table warehouse.marts.fct_line_item_days (
    usage_date date, invoice_month date, org_id varchar, org_name varchar, project_id varchar,
    project_name varchar, resource_id varchar, resource_name varchar, resource_type varchar,
    service varchar, charge_type varchar, pricing_currency varchar, category varchar,
    region varchar, cloud_provider varchar, instance_size varchar, sku varchar,
    invoice_id varchar default 'i', cluster_name varchar, connection varchar,
    tags map(varchar, varchar[]), tags_first_seen map(varchar, varchar[]), cost_cents bigint,
    is_in_total boolean generated always as (charge_type != 'credit')
)"""
BILLS = st.lists(allocating.lines(), min_size=1, max_size=25)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Name → the SQL dbt compiled it to, in the order they build on each other."""
    warehouse = Warehouse(tmp_path_factory.mktemp("compiled"))
    write_empty_raw(warehouse.raw)
    warehouse.dbt("compile", "--select", "stg_config__allocation_*", *MODELS, MART)
    folder = warehouse.folder / "target/compiled/atlas_costs/models"
    names = [
        *sorted(path.stem for path in folder.glob("staging/stg_config__*.sql")), *MODELS, MART,
    ]  # fmt: skip
    return {name: next(folder.rglob(f"{name}.sql")).read_text() for name in names}


@pytest.fixture(scope="module")
def allocate(models):
    """Allocate a bill by some keys; returns rows of the mart."""
    with duckdb.connect() as db:
        db.execute("attach ':memory:' as warehouse; attach ':memory:' as raw; use raw")
        db.execute(RAW_SQL.read_text())
        for schema in ("staging", "allocation", "marts"):
            db.execute(f"create schema warehouse.{schema}")
        db.execute(LINES)

        def run(bill: list[allocating.Line], keys: list[Key]):
            rules.apply(db, compiled(keys))
            db.execute("delete from warehouse.marts.fct_line_item_days")
            for line in bill:
                names = ", ".join(line)
                marks = ", ".join("?" for _ in line)
                db.execute(
                    f"insert into warehouse.marts.fct_line_item_days ({names}) values ({marks})",
                    list(line.values()),
                )
            for name, sql in models.items():
                schema = {"stg": "staging", "int": "allocation"}.get(name[:3], "marts")
                db.execute(f"create or replace table warehouse.{schema}.{name} as {sql}")
            result = db.execute(f"from warehouse.marts.{MART}")
            columns = [each[0] for each in result.description]
            return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]

        yield run


def about(row) -> tuple:
    """What a cost is about, beside its key: a line and a row of the mart say it alike."""
    return tuple(row[name] for name in ("usage_date", "org_id", "project_id", "resource_id",
                                        "resource_name", "service", "charge_type"))  # fmt: skip


def every_cent_once(bill, keys, rows) -> None:
    billed = Counter()
    for line in bill:
        for key in keys:
            billed[key.key, about(line)] += line["cost_cents"]
    allocated = Counter()
    for row in rows:
        allocated[row["allocation_key"], about(row)] += row["cost_cents"]
    assert allocated == billed


def each_cost_by_the_rule_that_fits_first(bill, keys, rows) -> None:
    """Exactly, where a rule names the value; where it divides, the sum of its values."""
    expected, found = Counter(), Counter()
    for line, key, (name, rule, value) in allocating.first_rules(bill, keys):
        place = name if rule is None or not rule.split or rule.split.is_fixed else "split"
        expected[key.key, about(line), place, value] += line["cost_cents"]
    for row in rows:
        place = "split" if row["allocation_method"] == "split" else row["allocation_rule"]
        is_one = row["allocation_method"] in ("direct", "default")
        value = row["allocation_value"] if is_one else None
        found[row["allocation_key"], about(row), place, value] += row["cost_cents"]
    for name in list(found):
        if name[2] == "default":  # also what was to be split and nobody shares
            continue
        if name[2] != "split":
            assert found[name] == expected[name], name
    for key, line, place, value in expected:
        if place == "default":
            assert found[key, line, place, value] == expected[key, line, place, value] + (
                expected[key, line, "split", None] - found[key, line, "split", None]
            )


def fixed_shares_are_exact_but_for_cents(bill, keys, rows) -> None:
    parts, billed = Counter(), Counter()
    for line, key, (name, rule, _) in allocating.first_rules(bill, keys):
        if rule is not None and rule.percent:
            billed[key.key, name, about(line), "lines"] += 1
            for value, percent in rule.percent.items():
                share = Fraction(percent) / 100 * line["cost_cents"]
                parts[key.key, name, about(line), value] += share
    found = Counter()
    for row in rows:
        if row["allocation_method"] == "fixed":
            found[row["allocation_key"], row["allocation_rule"], about(row),
                  row["allocation_value"]] += row["cost_cents"]  # fmt: skip
    for (key, name, line, value), share in parts.items():
        lines = billed[key, name, line, "lines"]
        assert abs(found[key, name, line, value] - share) < max(1, lines), (key, name, value)


def splits_go_to_who_has_costs(keys, rows) -> None:
    """Nobody bears a share who has no costs in that window; where somebody has, nothing is left."""
    costs = defaultdict(Counter)
    for row in rows:
        if row["allocation_method"] in ("direct", "fixed") and row["charge_type"] != "credit":
            for window in (row["usage_date"], row["usage_date"].replace(day=1), "any"):
                costs[row["allocation_key"], window][row["allocation_value"]] += 1
    for row in rows:
        if row["allocation_method"] == "split":
            [key] = [each for each in keys if each.key == row["allocation_key"]]
            rule = key.rules[int(row["allocation_rule"].removeprefix("rule ")) - 1]
            assert rule.split is not None
            day = row["usage_date"]
            window = day if rule.split.over == "day" else day.replace(day=1)
            assert costs[key.key, window][row["allocation_value"]], row
            assert row["allocation_value"] in (rule.split.to or [row["allocation_value"]])


@pytest.mark.parametrize("examples", [40, pytest.param(100 * WIDER, marks=pytest.mark.wide)])
def test_every_cent_of_any_bill_by_any_rules_is_in_one_value_of_each_key(allocate, examples):
    @settings(max_examples=examples, derandomize=True, **COMMON)
    @given(BILLS, allocating.KEYS)
    def promise(bill, keys):
        rows = allocate(bill, keys)
        every_cent_once(bill, keys, rows)
        each_cost_by_the_rule_that_fits_first(bill, keys, rows)
        fixed_shares_are_exact_but_for_cents(bill, keys, rows)
        splits_go_to_who_has_costs(keys, rows)

    promise()


@pytest.mark.parametrize("examples", [20, pytest.param(40 * WIDER, marks=pytest.mark.wide)])
def test_each_operator_means_what_it_is_called(allocate, examples):
    """A key for each operator, so that none is seldom tried."""

    @settings(max_examples=examples, derandomize=True, **COMMON)
    @given(BILLS, allocating.ONE_OF_EACH)
    def promise(bill, keys):
        rows = allocate(bill, keys)
        every_cent_once(bill, keys, rows)
        each_cost_by_the_rule_that_fits_first(bill, keys, rows)

    promise()


def test_the_same_bill_is_always_divided_alike(allocate):
    """In whatever order its lines come, and however often."""
    keys = [Key.model_validate({"key": "k", "rules": [{"percent": {"a": 50, "b": 50}}]})]
    line = {
        "usage_date": allocating.FIRST_DAY, "org_id": "o", "charge_type": "usage", "tags": {},
        "tags_first_seen": {},
    }  # fmt: skip
    bill = [{**line, "resource_id": f"r{n}", "cost_cents": 2 * n + 1} for n in range(200)]

    def divided(lines):
        return {(row["resource_id"], row["allocation_value"]): row["cost_cents"]
                for row in allocate(lines, keys)}  # fmt: skip

    first = divided(bill)
    assert divided(bill[::-1]) == first
    # the odd cents of 200 resources do not all go to one of two equal shares
    odd = sum(first[f"r{n}", "a"] - n for n in range(200))
    assert 60 < odd < 140


def test_without_keys_nothing_is_allocated(allocate):
    assert allocate([], []) == []
    line = {
        "usage_date": allocating.FIRST_DAY,
        "charge_type": "usage",
        "cost_cents": 5,
        "tags": {},
        "tags_first_seen": {},
    }
    assert allocate([line], []) == []
