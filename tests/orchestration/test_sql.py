"""SQL for people and scripts: values come out as they are."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.published.sql import run_sql
from orchestration.settings import SettingsError


@pytest.fixture
def warehouse(tmp_path):
    """A warehouse with the schemas and the kinds of values that the published one has."""
    path = tmp_path / "atlas_costs.duckdb"
    with duckdb.connect(str(path)) as db:
        db.execute("create schema marts")
        db.execute("create schema meta")
        db.execute("create table meta.freshness as select 'shop' as connection")
        db.execute(
            "create table marts.t as select '[credit] promo' as note, 12.50::decimal(9, 2) as n"
        )
        db.execute(
            """create table marts.resource_events as
            select timestamp '2026-05-01' as "at", map {'env': ['prod']} as tags, 1240 as cents"""
        )
    return path


def test_a_value_that_looks_like_markup_is_printed_as_it_is(warehouse, capsys):
    run_sql(warehouse, "select note, '[/b]' as closing from t", "table", None)
    printed = capsys.readouterr().out
    assert "[credit] promo" in printed
    assert "[/b]" in printed


def test_nothing_is_cut_where_there_is_no_terminal(warehouse, capsys):
    run_sql(warehouse, "select repeat('x', 300) as a, repeat('y', 300) as b", "table", None)
    printed = capsys.readouterr().out
    assert "x" * 300 in printed
    assert "y" * 300 in printed


def test_csv_and_json_keep_decimals(warehouse, capsys, tmp_path):
    run_sql(warehouse, "select n from t", "json", None)
    assert json.loads(capsys.readouterr().out) == [{"n": 12.5}]
    run_sql(warehouse, "select n from t", "csv", tmp_path / "n.csv")
    assert (tmp_path / "n.csv").read_text().split() == ["n", "12.50"]


@pytest.mark.parametrize(
    ("query", "options"),
    [
        ("select * from nowhere", ("table", None)),
        ("create table x as select 1", ("table", None)),
        ("select 1", ("csv", "no/such/folder.csv")),
        (" ", ("table", None)),
    ],
    ids=["no-such-table", "writing", "no-such-folder", "nothing"],
)
def test_what_cannot_be_done_is_one_sentence(warehouse, tmp_path, query, options):
    output_format, output = options
    with pytest.raises(SettingsError):
        run_sql(warehouse, query, output_format, output and tmp_path / output)


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_a_query_that_fails_half_way_leaves_the_file_of_the_last_one(warehouse, tmp_path, kind):
    (tmp_path / "rows").write_text("of yesterday")
    half = "select if(n < 2999999, n, error('no more')) from range(3000000) as _(n)"
    with pytest.raises(SettingsError, match="no more"):
        run_sql(warehouse, half, kind, tmp_path / "rows")
    assert (tmp_path / "rows").read_text() == "of yesterday"
    assert [each.name for each in tmp_path.iterdir() if "rows" in each.name] == ["rows"]


def test_what_is_no_file_is_written_to_and_not_replaced(warehouse, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    run_sql(warehouse, "select 1 as n", "csv", tmp_path / "pipe")
    assert os.read(reader, 100).split() == [b"n", b"1"]
    os.close(reader)


def test_show_tables_lists_marts_and_meta(warehouse, capsys):
    run_sql(warehouse, "show tables", "csv", None)
    assert capsys.readouterr().out.split() == ["name", "freshness", "resource_events", "t"]


def test_a_table_needs_no_schema(warehouse, capsys):
    run_sql(warehouse, "select cents from resource_events", "csv", None)
    assert capsys.readouterr().out.split() == ["cents", "1240"]


def test_an_unknown_table_suggests_none_of_duckdbs_own(warehouse):
    with pytest.raises(SettingsError) as refused:
        run_sql(warehouse, "from costz", "table", None)
    assert "costz does not exist" in str(refused.value)
    assert "pg_" not in str(refused.value)


@pytest.mark.parametrize(
    "query", ["select at from resource_events", "from resource_events order by at"]
)
def test_a_column_whose_name_is_reserved_says_how_to_write_it(warehouse, query):
    with pytest.raises(SettingsError, match='The column at is a reserved word: write it as "at"'):
        run_sql(warehouse, query, "table", None)


def test_tags_are_json_in_csv_and_in_a_table(warehouse, capsys):
    for output_format in ("csv", "table"):
        run_sql(warehouse, "select tags from resource_events", output_format, None)
        assert "['prod']" not in capsys.readouterr().out
    run_sql(warehouse, "select tags from resource_events", "csv", None)
    assert next(csv.DictReader(io.StringIO(capsys.readouterr().out)))["tags"] == '{"env": ["prod"]}'


def test_numbers_stand_right_and_text_left(warehouse, capsys):
    run_sql(warehouse, "select 1240 as a_wide_name, 'x' as another_name", "table", None)
    row = next(line for line in capsys.readouterr().out.splitlines() if "1240" in line)
    assert "        1240 │ x    " in row


def test_a_closed_pipe_is_no_error(warehouse):
    """`atlas-costs sql … | head` said that it could not write."""
    command = [str(Path(sys.executable).parent / "atlas-costs"), "sql", "--format", "csv"]
    query = "select repeat('x', 1000) from range(2000)"
    asking = subprocess.Popen(
        ["bash", "-o", "pipefail", "-c", '"$@" | head -1', "bash", *command, query],
        env={**os.environ, "ATLAS_COSTS_DATA_DIR": str(warehouse.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _, complained = asking.communicate(timeout=120)
    assert (asking.returncode, complained) == (0, "")
