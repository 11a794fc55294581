"""Ways out of run_sql, each tried on a file of its own: none reads, writes or tells anything else.

`docs/security.md` lists them with their outcome.
"""

import duckdb
import pytest

from orchestration.actions.model import Refusal
from orchestration.assistant.facts import run_sql
from orchestration.assistant.questions import RunSql
from orchestration.assistant.warehouse import opened
from tests.conftest import ROOT

SECRET = "canary-in-a-file-beside-it"
# What each is about, as docs/security.md calls it.
ESCAPES = {
    "files by function": [
        "select * from read_csv('{secret}')",
        "select * from read_text('{secret}')",
        "select * from read_blob('{secret}')",
        "select * from read_json('{secret}')",
        "select * from read_ndjson_objects('{secret}')",
        "select * from read_parquet('{secret}')",
        "select * from parquet_scan('{secret}')",
        "select * from parquet_metadata('{secret}')",
        "select * from sniff_csv('{secret}')",
        "from read_duckdb('{other}')",
    ],
    "files by name": [
        "select * from '{secret}'",
        "select * from '{folder}/*.csv'",
        'select * from "{secret}"',
        "select * from '{other}'",
        "select * from 'https://example.com/a.csv'",
        "select * from 's3://bucket/a.parquet'",
    ],
    "lists of files": ["select * from glob('{folder}/*')", "select * from glob('/proc/self/*')"],
    "other databases": [
        "attach '{other}'",
        "attach ':memory:' as m",
        "attach '{file}' as again",
        "detach published",
        "use memory",
        "create secret (type s3)",
    ],
    "writing": [
        "copy (select 1) to '{folder}/out.csv'",
        "copy meta.freshness to '{folder}/out.parquet'",
        "copy meta.freshness from '{secret}'",
        "export database '{folder}/out'",
        "import database '{folder}/out'",
        "insert into meta.freshness select 'x'",
        "update meta.freshness set connection = 'x'",
        "delete from meta.freshness",
        "create table memory.main.t as select 1",
        "create macro f() as 1",
        "create view v as select 1",
        "with a as (insert into meta.freshness values ('x')) select 1",
        "vacuum",
        "checkpoint",
        "select * from query('copy (select 1) to ''{folder}/out.csv''')",
        "explain analyze copy (select 1) to '{folder}/out.csv'",
    ],
    "extensions": [
        "install httpfs",
        "force install httpfs",
        "load httpfs",
        "load '{folder}/evil.duckdb_extension'",
        "update extensions",
    ],
    "settings": [
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set memory_limit = '1TB'",
        "set global threads = 64",
        "reset enable_external_access",
        "set variable a = 1",
        "pragma enable_profiling",
        "pragma profiling_output = '{folder}/out.json'",
        "pragma disable_optimizer",
        "call enable_logging(storage = 'file', storage_path = '{folder}/out')",
        "select * from enable_logging(storage = 'file', storage_path = '{folder}/out')",
        "select * from enable_profiling(save_location = '{folder}/out')",
    ],
    "several statements": [
        "select 1; select 2",
        "select 1; copy (select 1) to '{folder}/out.csv'",
        "select 1;; attach '{other}'",
        "prepare p as select 1",
        "execute p",
        "begin",
        "/* */; drop table meta.freshness",
    ],
    "the environment": ["select getenv('HOME')", "select getenv('PATH')"],
    "Python's own variables": ["select * from _SHUT_IN", "select * from order_"],
}
ALL = [(about, sql) for about, statements in ESCAPES.items() for sql in statements]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A published file with what every answer looks at, and what nobody may reach beside it."""
    folder = tmp_path_factory.mktemp("published")
    with duckdb.connect(str(folder / "atlas_costs.duckdb")) as db:
        db.execute("create schema meta; create schema marts")
        db.execute("""create table meta.freshness as select 'default' as connection,
            '2026-11-21' as data_through, []::varchar[] as missing_parts""")
        db.execute("""create table marts.fct_invoices (invoice_id text, invoice_month date,
            status text, difference_cents bigint, header_difference_cents bigint,
            is_reconciled boolean)""")
    with duckdb.connect(str(folder / "other.duckdb")) as db:
        db.execute(f"create table secret as select '{SECRET}' as a")
    (folder / "secret.csv").write_text(f"a\n{SECRET}\n")
    return folder


def ask(folder, sql):
    places = {
        "{secret}": folder / "secret.csv",
        "{other}": folder / "other.duckdb",
        "{file}": folder / "atlas_costs.duckdb",
        "{folder}": folder,
    }
    for name, place in places.items():
        sql = sql.replace(name, str(place))
    with opened(folder / "atlas_costs.duckdb", 5.0, "1GB") as warehouse:
        return run_sql(warehouse, RunSql(sql=sql))


@pytest.mark.parametrize(("about", "sql"), ALL, ids=[f"{a}: {s}" for a, s in ALL])
def test_it_is_refused_and_leaves_nothing_behind(about, sql, folder):
    before = {each: each.stat().st_mtime_ns for each in folder.rglob("*")}
    with pytest.raises(Refusal) as refused:
        ask(folder, sql)
    assert SECRET not in str(refused.value)
    assert {each: each.stat().st_mtime_ns for each in folder.rglob("*")} == before
    assert ask(folder, "select connection from meta.freshness")["rows"] == [
        {"connection": "default"}
    ]


HARMLESS = [
    "select * from duckdb_secrets()",
    "select name, value from duckdb_settings()",
    "select * from duckdb_variables()",
    "select * from duckdb_databases()",
    "select * from pragma_database_list()",
    "select * from duckdb_logs_parsed('FileSystem')",
    "select current_setting('s3_secret_access_key')",
    "explain select 1",
]


@pytest.mark.parametrize("sql", HARMLESS)
def test_what_duckdb_tells_of_itself_holds_no_secret(sql, folder, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_PRIVATE_KEY", SECRET)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    try:
        said = str(ask(folder, sql))
    except Refusal as refusal:
        said = str(refusal)
    assert SECRET not in said


def test_every_kind_is_in_the_list_that_people_read():
    told = (ROOT / "docs/security.md").read_text()
    assert "## SQL escapes" in told
    for about in ESCAPES:
        assert f"| {about} |" in told, about
