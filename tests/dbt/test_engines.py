"""Each macro that engines spell differently means the same on all of them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests.conftest import ROOT
from tests.macros import MACROS, rendered

from . import spark as of_spark

HEAD = re.compile(r"{% macro (\w+)\(([^)]*)\)")
# Expressions and whole queries, one a line, that call macros.
CALLS = (ROOT / "tests/dbt/engine_calls.txt").read_text().splitlines()
COLUMNS = """
    select * from (values (1, 'b', 10, 'x'), (2, 'a', null, 'y'), (3, 'b', 30, null))
        as columns (number, text, amount, word)"""
DOCUMENT = """'{"a": {"b": "x", "n": 3}, "list": [1, 2], "texts": ["b", "a"],
    "tags": [{"key": "Team", "value": "b"}, {"key": "Team", "value": "a"},
        {"key": "env", "value": ""}],
    "points": [{"value": 1.5}, {"value": 7.25}]}'"""
BILL = """'[{"key": "team", "value": "b"}, {"key": "team", "value": "a"},
    {"key": "env", "value": "prod"}]'"""
OWN = """'[{"key": "team", "value": "z"}, {"key": "owner", "value": "ann"}]'"""
SHAPE = '{"value": "DOUBLE"}'
# What Sail cannot do: multiply decimals that may not fit, leave out a row for an empty list, or a
# column of all, or keep a null in what it writes as JSON.
SAIL_LACKS = (
    "list_cost(", "_in_currency(", "in_currency(", "day_numbers(", "all_but(",
    'json_rows([("cents"',
)  # fmt: skip


def heads(file: str, prefix: str = "") -> list[tuple[str, str]]:
    """The macros of a file that begin with the engine's name, without it, and their parameters."""
    found = HEAD.findall((MACROS / f"engine/{file}.sql").read_text())
    return [(name.removeprefix(prefix), given) for name, given in found if name.startswith(prefix)]


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_no_macro_lacks_its_twin(engine):
    assert heads(engine, f"{engine}__") == heads("names")


def test_each_macro_is_tried():
    tried = set(re.findall(r"\w+", " ".join(CALLS)))
    # they are of a cluster's document, of allocation's conditions, or a statement
    elsewhere = {
        "own_tags_from_list", "folded_tags", "largest_value", "places_of", "search_specs",
        "region_configs", "unnested", "node_specs", "tag_values", "attributes", "attribute",
        "attribute_rows", "first_day_ever", "last_day_ever", "add_seconds", "delete_from",
    }  # fmt: skip
    assert {name for name, _ in heads("names")} - tried == elsewhere


def test_models_call_macros_by_no_engines_name():
    files = [*(ROOT / "dbt_project").glob("models/**/*.sql"), *MACROS.glob("*.sql")]
    assert len(files) > 150
    named = [each.name for each in files if re.search(r"\b(duckdb|spark)__", each.read_text())]
    assert named == ["duckdb__create_view_as.sql"]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    with of_spark.session() as made:
        yield made


@pytest.mark.parametrize("call", CALLS)
def test_a_macro_means_the_same_on_duckdb_and_spark(spark, call):
    is_query = call.startswith("select")
    text = f"with columns as ({COLUMNS}) {call}" if is_query else f"select {{{{ {call} }}}} as it"
    ours = on_duckdb(sql_of(text, "duckdb"))
    if not of_spark.IS_SPARK and any(each in call for each in SAIL_LACKS):
        with pytest.raises(Exception, match="try_multiply|another row|found word"):
            assert on_spark(spark, sql_of(text, "spark")) == ours, "another row"
        return
    assert on_spark(spark, sql_of(text, "spark")) == ours


def sql_of(text: str, engine: str) -> str:
    known: dict[str, Any] = {"document": DOCUMENT, "shape": SHAPE, "fromjson": json.loads}
    for name, tags in (("bill", BILL), ("own", OWN)):
        known[name] = rendered("{{ own_tags_from_list(tags) }}", engine, tags=tags)
    return rendered(text, engine, **known)


def on_spark(spark: Any, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(map(plain, row)) for row in spark.sql(sql).collect()]


def on_duckdb(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as db:
        db.execute("set TimeZone = 'UTC'")
        return [tuple(map(plain, row)) for row in db.execute(sql).fetchall()]


def plain(value: Any) -> Any:
    """A value without what is of one engine: JSON by what it says."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return value
