"""SQL for people and scripts: values come out as they are."""

import json

import duckdb
import pytest

from orchestration.published.sql import run_sql
from orchestration.settings import SettingsError


@pytest.fixture
def warehouse(tmp_path):
    path = tmp_path / "atlas_costs.duckdb"
    with duckdb.connect(str(path)) as db:
        db.execute("create table t as select '[credit] promo' as note, 12.50::decimal(9, 2) as n")
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
    ],
    ids=["no-such-table", "writing", "no-such-folder"],
)
def test_what_cannot_be_done_is_one_sentence(warehouse, tmp_path, query, options):
    output_format, output = options
    with pytest.raises(SettingsError):
        run_sql(warehouse, query, output_format, output and tmp_path / output)
