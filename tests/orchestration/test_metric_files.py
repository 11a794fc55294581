"""What operators count: files of three kinds, read without seeing or changing anything else."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from orchestration.refreshing import metric_files
from orchestration.refreshing.metric_files import MetricFileError, read_counts
from orchestration.rules.metrics import Metric

FIRST, SECOND = date(2026, 5, 1), date(2026, 5, 2)


def metric(file="counts.csv", **said):
    return Metric.model_validate({"name": "a", "unit": "order", "file": file, **said})


@pytest.fixture
def csv(tmp_path):
    def read(text, **said):
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "counts.csv").write_bytes(data)
        return read_counts(metric(**said), tmp_path)

    return read


@pytest.fixture
def database(tmp_path):
    """A file of a table and, beside it, what a query has no business with."""
    with duckdb.connect(str(tmp_path / "counts.duckdb")) as db:
        db.execute("create table sold as select date '2026-05-01' as day, 3 as pieces, 'x' as who")
    (tmp_path / "secret.csv").write_text("date,amount\n2026-05-01,1\n")

    def read(query, **said):
        return read_counts(metric("counts.duckdb", query=query, **said), tmp_path)

    return read


def test_rows_of_a_day_are_added(csv):
    text = "date,amount\n2026-05-01,400\n2026-05-02,0.25\n\n2026-05-01, 1.5 \n"
    assert csv(text) == {(None, FIRST): Decimal("401.5"), (None, SECOND): Decimal("0.25")}


def test_a_spreadsheets_file_has_a_mark_capitals_and_another_order(csv):
    text = "\ufeffLabel,Amount,DATE\r\n north ,7,2026-05-01\r\n".encode()
    assert csv(text, labels="tag:shop") == {("north", FIRST): Decimal(7)}
    assert csv(text) == {(None, FIRST): Decimal(7)}


def test_a_month_may_be_any_of_its_days(csv):
    text = "date,amount\n2026-05,1\n2026-05-31,2\n"
    assert csv(text, every="month") == {(None, FIRST): Decimal(3)}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("date,amount\n2026-05-01,1\n2026-05-32,1\n", "line 3: the date must be a day such as"),
        ("date,amount\n2026-05,1\n", "line 2: the date must be a day such as 2026-05-01."),
        ("date,amount\n1.5.2026,1\n", "line 2: the date must be a day such as 2026-05-01."),
        ("date,amount\n2026-05-01,\n", "line 2: the amount must be a number such as 1200 or 0.5."),
        ("date,amount\n2026-05-01,-1\n", "line 2: the amount must be a number from 0 to below"),
        ("date,amount\n2026-05-01,NaN\n", "line 2: the amount must be a number from 0 to below"),
        ("date,amount\n2026-05-01,1e18\n", "line 2: the amount must be a number from 0 to below"),
        ("date,amount\n2026-05-01,1,2\n", "line 2: has 3 values, and the first line names 2."),
        ('date,amount\n2026-05-01,"1\n', "line 2: not CSV ("),
        ("day,amount\n", "line 1: must be date, amount and, if there are labels, label."),
        ("", "line 1: must be date, amount and, if there are labels, label."),
        (b"date,amount\n\xff,1\n", "is not UTF-8: save it as UTF-8."),
    ],
)
def test_a_bad_row_is_one_sentence_with_file_and_line(csv, text, sentence):
    with pytest.raises(MetricFileError) as raised:
        csv(text)
    message = str(raised.value)
    assert "counts.csv" in message
    assert sentence in message


def test_a_label_that_is_asked_for_must_be_there(csv):
    with pytest.raises(MetricFileError, match="line 2: the label is missing"):
        csv("date,amount,label\n2026-05-01,1, \n", labels="tag:shop")
    with pytest.raises(MetricFileError, match="line 2: the label is missing"):
        csv("date,amount\n2026-05-01,1\n", labels="tag:shop")


def test_a_file_that_is_not_there_or_too_large(csv, tmp_path, monkeypatch):
    with pytest.raises(MetricFileError, match="none.csv cannot be read: No such file"):
        read_counts(metric("none.csv"), tmp_path)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(MetricFileError, match="folder.csv is not a file"):
        read_counts(metric("folder.csv"), tmp_path)
    monkeypatch.setattr(metric_files, "MAX_ROWS", 1)
    with pytest.raises(MetricFileError, match="has more than 1 rows: add them up by day"):
        csv("date,amount\n2026-05-01,1\n2026-05-01,1\n")
    monkeypatch.setattr(metric_files, "MAX_BYTES", 10)
    with pytest.raises(MetricFileError, match="is larger than 0 MB"):
        csv("date,amount\n2026-05-01,1\n")


def test_a_query_of_a_database(database):
    query = "select day as date, sum(pieces) as amount from sold group by all"
    assert database(query) == {(None, FIRST): Decimal(3)}
    query = "select day::timestamp as Date, pieces / 2 as amount, who as label from sold"
    assert database(query, labels="tag:who") == {("x", FIRST): Decimal("1.5")}


def test_a_parquet_file_is_a_table_called_metric(tmp_path):
    path = tmp_path / "counts.parquet"
    with duckdb.connect() as db:
        db.sql("select date '2026-05-01' as date, 2::decimal(9, 2) as amount, 'x' as label"
               ).write_parquet(str(path))  # fmt: skip
    assert read_counts(metric("counts.parquet"), tmp_path) == {(None, FIRST): Decimal(2)}
    doubled = metric("counts.parquet", query="select date, 2 * amount as amount from metric")
    assert read_counts(doubled, tmp_path) == {(None, FIRST): Decimal(4)}
    with pytest.raises(MetricFileError, match="DuckDB says"):
        read_counts(metric("counts.parquet", query="from read_csv('secret.csv')"), tmp_path)


@pytest.mark.parametrize(
    "query",
    [
        "from '{folder}/secret.csv'",
        "from read_csv('{folder}/secret.csv')",
        "select content as date, 1 as amount from read_text('/etc/hostname')",
        "select filename as date, 1 as amount from glob('{folder}/*')",
        "from 'https://example.com/a.csv'",
    ],
)
def test_a_query_sees_its_file_alone(database, tmp_path, query):
    with pytest.raises(MetricFileError, match="DuckDB says"):
        database(query.format(folder=tmp_path))


@pytest.mark.parametrize(
    "query",
    [
        "drop table sold",
        "insert into sold values (date '2026-05-02', 1, 'y')",
        "select 1 as date, 2 as amount; drop table sold",
        "set enable_external_access = true",
        "attach '/tmp/other.duckdb'",
        "copy sold to '/tmp/sold.csv'",
        "",
    ],
)
def test_a_query_that_is_no_select_is_refused(database, tmp_path, query):
    said = "must be one select" if query else "needs a query"
    with pytest.raises((MetricFileError, ValueError), match=said):
        database(query or None)
    with duckdb.connect(str(tmp_path / "counts.duckdb"), read_only=True) as db:
        assert db.execute("select count(*) from sold").fetchall() == [(1,)]


def test_what_duckdb_refuses_is_one_sentence(database, tmp_path):
    with pytest.raises(MetricFileError, match="counts.duckdb: DuckDB says: Catalog Error"):
        database("select * from nothing")
    with pytest.raises(MetricFileError, match="the query's columns: must be date, amount and"):
        database("select 1 as date")
    with pytest.raises(MetricFileError, match="row 1: the date must be a day such as"):
        database("select 'soon' as date, 1 as amount")
    (tmp_path / "text.duckdb").write_text("no database")
    with pytest.raises(MetricFileError, match="text.duckdb: DuckDB says"):
        read_counts(metric("text.duckdb", query="select 1"), tmp_path)


def test_a_query_sees_no_variable_of_ours_and_does_not_spill(database, monkeypatch):
    with pytest.raises(MetricFileError, match="DuckDB says: Catalog Error"):
        database("select * from found")
    monkeypatch.setitem(metric_files.LIMITS, "memory_limit", "50MB")
    with pytest.raises(MetricFileError, match="DuckDB says: Out of Memory"):
        database(
            "select date '2026-05-01' as date, count(*) as amount from "
            "(select distinct range, repeat('x', 1000) || range from range(200000))"
        )


def test_a_query_without_end_is_ended(database, monkeypatch):
    monkeypatch.setattr(metric_files, "MAX_SECONDS", 0.1)
    query = "select date '2026-05-01' as date, sum(a.range * b.range) as amount from "
    with pytest.raises(MetricFileError, match="takes longer than 0.1 seconds"):
        database(query + "range(10000000) as a, range(10000000) as b")
