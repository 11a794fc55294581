"""SQL of an assistant's own: one SELECT, nothing written, nothing read but the warehouse."""

import resource
import time

import duckdb
import pytest

from orchestration.actions.model import Refusal
from orchestration.assistant.free_sql import Limits, answered
from orchestration.assistant.questions import RunSql
from orchestration.assistant.warehouse import opened
from reporting.query import Query


def test_a_select_is_answered_as_the_command_line_does(reader):
    said = reader.call("run_sql", sql="""select service, sum(cost_cents) as cents
        from marts.agg_costs_daily group by all order by cents desc""", limit=2)  # fmt: skip
    assert len(said["rows"]) == 2
    assert said["there_are_more"]
    assert type(said["rows"][0]["cents"]) is int
    assert said["data_through"] == "2026-05-19"


@pytest.mark.parametrize("sql", [
    "describe marts.fct_costs_daily",
    "summarize marts.fct_invoices",
    "with a as (select 1 as b) select * from a",
    "from marts.data_through",
    "select table_schema, table_name from information_schema.tables",
])  # fmt: skip
def test_whatever_selects_is_taken(reader, sql):
    assert reader.call("run_sql", sql=sql)["rows"]


@pytest.mark.parametrize("sql", [
    "insert into marts.data_through select current_date",
    "create table t (a int)",
    "create temp table t (a int)",
    "drop view marts.fct_costs_daily",
    "attach 'other.duckdb'",
    "copy (select 1) to 'rows.csv'",
    "export database 'copy'",
    "set memory_limit = '1TB'",
    "set enable_external_access = true",
    "pragma enable_profiling",
    "call enable_logging()",
    "install httpfs",
    "load httpfs",
    "select 1; select 2",
    "",
    "-- nothing",
    "selec 1",
])  # fmt: skip
def test_nothing_but_one_select_is_taken(reader, sql):
    said = reader.call("run_sql", sql=sql)
    assert said.is_error
    assert said["outcome"] == "refused"


@pytest.mark.parametrize("sql", [
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/proc/self/environ')",
    "select * from read_csv('{data}/x.csv')",
    "select * from '{data}/build/raw.duckdb'",
    "from read_duckdb('{data}/build/raw.duckdb')",
    "select * from glob('/*')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from parquet_metadata('/etc/passwd')",
    "select * from duckdb_secrets()",
    "select getenv('MONGODB_ATLAS_PRIVATE_KEY')",
    "select * from enable_logging(storage = 'file', storage_path = '{data}/log')",
    "select * from query('copy (select 1) to ''{data}/o.csv''')",
    "select * from log",
    "select * from _SHUT_IN",
])  # fmt: skip
def test_no_file_no_variable_and_no_other_database_can_be_reached(reader, warehouse, sql):
    before = sorted(warehouse.rglob("*"))
    said = reader.call("run_sql", sql=sql.replace("{data}", str(warehouse)))
    assert said.is_error
    assert "DuckDB" in said.says
    assert sorted(warehouse.rglob("*")) == before


def test_an_answer_that_is_too_long_is_refused(reader):
    said = reader.call("run_sql", sql="select repeat('x', 300000) as x")
    assert said.is_error
    assert "characters" in said.says


def test_columns_of_one_name_are_not_lost(reader):
    said = reader.call("run_sql", sql="select 1 as a, 2 as a")
    assert said.is_error
    assert "one name" in said.says


def test_values_json_cannot_say_are_exact_text(reader):
    said = reader.call("run_sql", sql="""select 1.10::decimal(9, 2) as d, 'nan'::double as n,
        170141183460469231731687303715884105727::hugeint as h, date '2026-01-02' as t,
        map {'a': ['b']} as m""")  # fmt: skip
    assert said["rows"] == [{
        "d": "1.10", "n": "nan", "h": "170141183460469231731687303715884105727",
        "t": "2026-01-02", "m": {"a": ["b"]},
    }]  # fmt: skip


def test_a_query_that_takes_too_long_is_stopped(warehouse):
    with opened(warehouse / "atlas_costs.duckdb", seconds=0.2) as one:
        with pytest.raises(Refusal, match="longer than 0.2 s"):
            one.rows(Query("select count(*) from range(10000000000) a, range(1000) b"))


def test_prices_can_be_learnt_while_a_question_is_answered(warehouse):
    file = warehouse / "atlas_costs.duckdb"
    with opened(file) as one, duckdb.connect(str(file.resolve()), read_only=True) as other:
        assert one.rows(Query("select 1 as a")) == [{"a": 1}]
        assert other.execute("select 1").fetchall() == [(1,)]


BIG = "select length(repeat('a', 1500000000)) as a, length(repeat('b', 1500000000)) as b"
LONG = "select count(*) as n from range(10000000000) a, range(1000) b"


@pytest.mark.parametrize(
    ("sql", "limits", "said"),
    [
        (BIG, Limits(), "more than 1 GB of memory|Out of Memory|longer than 20 s"),
        (LONG, Limits(seconds=2), "longer than 2 s"),
    ],
)
def test_what_takes_too_much_is_ended_and_costs_no_more_than_that(sql, limits, said, warehouse):
    began = time.monotonic()
    with pytest.raises(Refusal, match=said):
        answered(warehouse / "atlas_costs.duckdb", RunSql(sql=sql), limits)
    assert time.monotonic() - began < limits.seconds + 2
    # of all processes that this one waited for, the one that took most
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2 * 2**20


def test_what_is_small_is_answered(warehouse):
    file = warehouse / "atlas_costs.duckdb"
    sql = "select length(repeat('a', 100000000)) as a"
    assert answered(file, RunSql(sql=sql), Limits())["rows"] == [{"a": 10**8}]
