"""No branch of SQL without rows of its own: what has a `case` has a unit test."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from .conftest import Warehouse

Node = dict[str, Any]
CASE = re.compile(r"\bcase\b", re.IGNORECASE)
COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}", re.DOTALL)


@pytest.fixture(scope="module")
def manifest(built: tuple[Warehouse, dict[str, str]]) -> Node:
    return json.loads((built[0].folder / "target/manifest.json").read_text())


def has_case(sql: str) -> bool:
    return bool(CASE.search(COMMENT.sub("", sql)))


def models(manifest: Node) -> Iterator[Node]:
    return (each for each in manifest["nodes"].values() if each["resource_type"] == "model")


def unit_tested(manifest: Node) -> set[str]:
    return {each["model"] for each in manifest["unit_tests"].values()}


def macros_of(node: Node, manifest: Node) -> set[str]:
    """Every macro of this project that a node uses, directly or through another."""
    found: set[str] = set()
    waiting = list(node["depends_on"]["macros"])
    while waiting:
        name = waiting.pop()
        if name.startswith("macro.atlas_costs.") and name not in found:
            found.add(name)
            waiting += manifest["macros"][name]["depends_on"]["macros"]
    return found


def test_a_model_with_a_case_has_a_unit_test(manifest: Node) -> None:
    with_case = {each["name"] for each in models(manifest) if has_case(each["raw_code"])}
    assert len(with_case) > 30
    assert with_case - unit_tested(manifest) == set()


def test_a_macro_with_a_case_is_in_a_model_with_a_unit_test(manifest: Node) -> None:
    tested = unit_tested(manifest)
    covered = set().union(
        *(macros_of(each, manifest) for each in models(manifest) if each["name"] in tested)
    )
    with_case = {
        name
        for name, macro in manifest["macros"].items()
        if macro["package_name"] == "atlas_costs"
        and has_case(macro["macro_sql"])
        # unit tests run on DuckDB; test_engines.py holds Spark's to them
        and not name.startswith("macro.atlas_costs.spark_")
    }
    assert len(with_case) > 10
    assert with_case - covered == set()
