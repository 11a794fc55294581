"""What a mart's contract and a key's test promise is held by the file itself, and by the test."""

import json
from pathlib import Path

import duckdb
import pytest

from .conftest import Warehouse

Built = tuple[Warehouse, dict[str, str]]


def promised(warehouse: Warehouse, kind: str) -> set[tuple[str, str, str]]:
    """Schema, table and column of each constraint of a kind that the contract of a table has."""
    manifest = json.loads((warehouse.folder / "target/manifest.json").read_text())
    return {
        (node["config"]["schema"], node["name"], column["name"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["config"]["materialized"] != "view"
        for column in node["columns"].values()
        if kind in {each["type"] for each in column["constraints"]}
    }


def test_columns_that_a_contract_calls_not_null_refuse_one(built: Built) -> None:
    """Held by DuckDB as rows are written: no test asks again."""
    with duckdb.connect(str(built[0].marts), read_only=True) as marts:
        held = marts.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where not is_nullable and not internal"
        ).fetchall()
    assert sorted(held) == sorted(promised(built[0], "not_null"))
    assert ("marts", "fct_line_items", "org_id") in held


def test_columns_that_take_certain_values_refuse_another(built: Built) -> None:
    """As above: what a contract checks is asked of each row as it is written."""
    with duckdb.connect(str(built[0].marts), read_only=True) as marts:
        held = marts.execute(
            "select schema_name, table_name, constraint_column_names[1] from duckdb_constraints()"
            " where constraint_type = 'CHECK'"
        ).fetchall()
    assert sorted(held) == sorted(promised(built[0], "check"))
    assert ("marts", "fct_line_items", "service") in held


def test_a_value_that_a_contract_does_not_know_is_refused(built: Built, tmp_path: Path) -> None:
    broken = built[0].copy_to(tmp_path)
    with duckdb.connect(str(broken.marts)) as marts, pytest.raises(duckdb.ConstraintException):
        marts.execute("update marts.marts.fct_line_items set charge_type = 'Usage'")


@pytest.mark.parametrize("sku", ["(select min(sku) from seeds.sku_taxonomy)", "null"])
def test_a_key_that_is_missing_or_twice_fails_its_test(
    built: Built, tmp_path: Path, sku: str
) -> None:
    broken = built[0].copy_to(tmp_path)
    tested = "primary_key_sku_taxonomy_sku"
    assert broken.dbt("test", "--select", tested) == {tested: "pass"}
    with duckdb.connect(str(broken.marts)) as marts:
        marts.execute(f"insert into seeds.sku_taxonomy (sku) values ({sku})")
    assert broken.dbt("test", "--select", tested) == {tested: "fail"}
