"""Each macro that engines spell differently means the same on all of them."""

import json
import re
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import duckdb
import pytest

from tests.conftest import ROOT
from tests.macros import MACROS, rendered

HEAD = re.compile(r"{% macro (\w+)\(([^)]*)\)")
DOCUMENT = """'{"a": {"b": "x", "n": 3}, "list": [1, 2], "texts": ["b", "a"],
    "tags": [{"key": "Team", "value": "b"}, {"key": "Team", "value": "a"}, {"key": "env", "value": ""}],
    "points": [{"value": 1.5}, {"value": 7.25}]}'"""
BILL_LIST = """'[{"key": "team", "value": "b"}, {"key": "team", "value": "a"},
    {"key": "env", "value": "prod"}]'"""
OWN_LIST = """'[{"key": "team", "value": "z"}, {"key": "owner", "value": "ann"}]'"""
BILL, OWN = "own_tags_from_list(bill_list)", "own_tags_from_list(own_list)"
"""Calls of macros, in Jinja, each an expression."""
CALLS = [
    """matches("'GCP M10'", "'^GCP M[0-9]+$'")""", """matches("'a'", "'b'")""",
    """matches_any_case("'Prod-1'", "'^prod'")""",
    """contains_text("'aBc'", "'Bc'")""", """starts_with_text("'aBc'", "'AB'")""",
    """ends_with_text("'aBc'", "'x'")""",
    """extract_group("'ATLAS_M40'", "_(M[0-9]+)", 1)""", """extract_group("'x'", "(M[0-9]+)", 1)""",
    """replace_all("'a b c'", " ", "_")""",
    """in_words(["'a'", "1", "null", "'its \\"so\\" / é'"])""",
    """add_days("date '2026-02-27'", 3)""", """add_days("date '2026-02-27'", -30)""",
    """days_between("date '2026-02-27'", "date '2026-03-01'")""",
    """first_of_month("date '2026-02-27'")""", """last_of_month("date '2024-02-27'")""",
    """next_month("date '2026-01-31'")""", """add_months("date '2024-02-29'", -12)""",
    """add_months("date '2026-02-28'", 1)""",
    """exclusive_end_date("timestamp '2026-02-27 00:00:00'")""",
    """exclusive_end_date("timestamp '2026-02-27 00:00:01'")""",
    """utc_timestamp("'2026-05-01T00:30:00+02:00'")""", """utc_timestamp("'2026-05-01T00:30:00Z'")""",
    """utc_timestamp("'soon'")""",
    """int_div("7", "2")""", """int_div("-7", "2")""", """int_div(wide("12345678901"), "7")""",
    """wide("9007199254740993")""",
    """decimal_share("cast(10 as decimal(28, 12))", "3")""",
    """decimal_share("cast(-10 as decimal(28, 12))", "3")""",
    """decimal_share("cast(123456789012.123456789 as decimal(28, 12))", "31")""",
    """list_cost("cast(744 as decimal(38, 18))", "cast(0.08 as decimal(38, 18))")""",
    """list_cost("cast(9876543210.123 as decimal(38, 18))", "cast(0.000000001234567891 as decimal(38, 18))")""",
    """list_cost("cast(987654321 as decimal(38, 18))", "cast(1.5 as decimal(38, 18))")""",
    """cents_in_currency("12345", "cast(0.333333333 as decimal(18, 9))")""",
    """in_currency("cast(12.345678901234 as decimal(28, 12))", "cast(0.9 as decimal(18, 9))")""",
    """in_currency("cast(12.345678901234 as decimal(28, 12))", "cast(1 as decimal(18, 9))")""",
    """decimal_ratio("cast(10 as decimal(28, 12))", "cast(3 as decimal(28, 12))")""",
    """decimal_ratio("cast(-0.07 as decimal(28, 12))", "cast(744.5 as decimal(28, 12))")""",
    """empty_tags()""", f"{BILL}", "tags_from_list(json_part(document, 'tags'))",
    f"""tag_value({BILL}, "'team'")""", f"""tag_value({BILL}, "'none'")""",
    f"""merged_tags({BILL}, {OWN}, "null")""", f"""tag_sources({BILL}, {OWN}, "null")""",
    f"""has_several_values({BILL}, "'team'")""", f"""has_several_values({BILL}, "'env'")""",
    "known_tags(empty_tags())", f"tags_to_json({BILL})",
    """json_text(document, 'a.b')""", """json_text(document, 'a.n')""", """json_text(document, 'a')""",
    """json_text(document, 'none')""", """json_part(document, 'list')""", """json_length(document, 'list')""",
    """json_quoted("'its \\"so\\"'")""", """joined_texts(json_part(document, 'texts'))""",
    """joined_texts("cast(null as string)")""",
    """scope_project("'p1/c1'")""", """scope_name("'p1/c1'")""", """scope_name("'p1'")""",
    """tags_text_to_json("'{\\"b\\": [\\"y\\", \\"x\\"], \\"a\\": \\"1\\"}'")""",
    """tags_text_to_json("'[1]'")""", """tags_text_to_json("'no json'")""",
    """text_to_json("'{\\"a\\": 1}'")""", """text_to_json("'no json'")""",
    """price_details("'M10'", "null", "cast(5 as decimal(10, 0))")""",
    """price_details("null", "null", "null")""",
    """json_rows([("used", 1, "GB", "date '2026-05-01'", "date '2026-06-01'")])""",
]  # fmt: skip
SHAPE = '{"value": "DOUBLE"}'
COLUMNS = """
    select * from (values (1, 'b', 10, 'x'), (2, 'a', null, 'y'), (3, 'b', 30, null))
        as columns (number, text, amount, word)"""
"""Whole queries over three rows."""
QUERIES = [
    "select {{ joined('text') }}, {{ joined('cast(null as string)') }} from columns",
    "select {{ digest('text') }} from columns where number != 3",
    "select {{ digest('text') }} from columns where number > 3",
    "select {{ percentile('number', 0.95) }} from columns",
    "select {{ first_lines('text', 'amount desc nulls last, number', 2) }} from columns",
    "select {{ listed('text', 'number > 0') }}, {{ listed('word', 'false') }} from columns",
    "select number, day_number from columns cross join {{ day_numbers('number - 1') }}"
    " order by number, day_number",
    "select number, moved from columns cross join {{ numbers([-1, 0], 'moved') }} order by 1, 2",
    "select number, {{ first_known('word') }} over (order by number rows between current row and"
    " unbounded following) as known from columns order by number",
    "select number, {{ last_known('amount') }} over (order by number rows between unbounded"
    " preceding and current row) as known from columns order by number",
    "select count(distinct numbered) from (select {{ row_id() }} as numbered from columns) as rows",
    "select point.value from (select {{ json_items(document, 'points', shape) }} as point) as them"
    " order by 1",
    "select each from (select {{ json_texts(document, 'texts') }} as each) as them order by 1",
    "select tag_key from (select {{ tag_keys(bill) }} as tag_key) as them order by 1",
    "select {{ is_in(\"'a'\", listed('text', 'true')) }} from columns",
]


def heads(file: str, prefix: str = "") -> list[tuple[str, str]]:
    """The macros of a file that begin with the engine's name, without it, and their parameters."""
    found = HEAD.findall((MACROS / f"engine/{file}.sql").read_text())
    return [(name.removeprefix(prefix), given) for name, given in found if name.startswith(prefix)]


@pytest.mark.parametrize("engine", ["duckdb", "spark"])
def test_no_macro_lacks_its_twin(engine):
    assert heads(engine, f"{engine}__") == heads("names")


def test_models_call_macros_by_no_engines_name():
    files = [*(ROOT / "dbt_project").glob("models/**/*.sql"), *MACROS.glob("*.sql")]
    assert len(files) > 150
    named = [each.name for each in files if re.search(r"\b(duckdb|spark)__", each.read_text())]
    assert set(named) <= {"duckdb__create_view_as.sql"}


SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.parser.escapedStringLiterals": "true",
}
# An engine that speaks Spark's SQL without Java, and what it cannot do.
SAIL_LACKS = {
    "try_multiply of decimals": ("list_cost(", "cents_in_currency(", "in_currency(", "decimal_ratio("),
    "no row for an empty list": ("day_numbers(",),
}


class Spark:
    """Apache Spark where it is installed, else Sail, by Spark Connect."""

    def __init__(self) -> None:
        from pyspark.sql import SparkSession

        self.is_sail = find_spec("py4j") is None
        builder: Any = SparkSession.builder
        if self.is_sail:
            from pysail.spark import SparkConnectServer

            self.server = SparkConnectServer(ip="127.0.0.1", port=0)
            self.server.start(background=True)
            _, port = self.server.listening_address
            self.session = builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
        else:
            local = {"spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1"}
            builder = builder.master("local[2]").config(map=local | SETTINGS)
            self.session = builder.getOrCreate()
        for name, value in SETTINGS.items():
            self.session.conf.set(name, value)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(map(plain, row)) for row in self.session.sql(sql).collect()]

    def stop(self) -> None:
        self.session.stop()
        if self.is_sail:
            self.server.stop()

    def lacks(self, text: str) -> str:
        """What of a text it cannot do."""
        found = (why for why, calls in SAIL_LACKS.items() for each in calls if each in text)
        return next(found, "") if self.is_sail else ""


@pytest.fixture(scope="module")
def spark() -> Iterator[Spark]:
    if find_spec("pyspark") is None:
        pytest.skip("neither pyspark nor pysail is installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = Spark()
        yield made
        made.stop()


def plain(value: Any) -> Any:
    """A value without what is of one engine: JSON by its content, a bigint as a number."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return {k: list(v) for k, v in value.items()} if isinstance(value, dict) else value


def sql_of(text: str, engine: str) -> str:
    known = {"document": DOCUMENT, "shape": SHAPE, "fromjson": json.loads}
    known |= {"bill_list": BILL_LIST, "own_list": OWN_LIST}
    known["bill"] = rendered("{{ " + BILL + " }}", engine, **known)
    return rendered(text, engine, **known)


def on_duckdb(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as db:
        db.execute("set TimeZone = 'UTC'")
        return [tuple(map(plain, row)) for row in db.execute(sql).fetchall()]


def same(spark: Spark, text: str) -> None:
    """The rows of a text are the same on both; where Sail lacks something, it is to say so."""
    ours = on_duckdb(sql_of(text, "duckdb"))
    if why := spark.lacks(text):
        with pytest.raises(Exception, match="try_multiply|rows differ"):
            assert spark.rows(sql_of(text, "spark")) == ours, f"rows differ: {why}"
    else:
        assert spark.rows(sql_of(text, "spark")) == ours


@pytest.mark.parametrize("call", CALLS)
def test_a_value_is_the_same_on_both(spark, call):
    same(spark, "select {{ " + call + " }} as it")


@pytest.mark.parametrize("query", QUERIES)
def test_rows_are_the_same_on_both(spark, query):
    same(spark, f"with columns as ({COLUMNS}) {query}")
