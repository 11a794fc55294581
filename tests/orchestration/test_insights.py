"""Insight: made of the marts once, published beside them, and no reason not to publish a bill."""

from datetime import date
from decimal import Decimal

import duckdb
import pytest

from orchestration.insight.tables import Column, Table
from orchestration.refreshing import insights
from orchestration.refreshing.folder import DataFolder
from orchestration.refreshing.insights import Part
from orchestration.settings import load_settings
from orchestration.warehouse.errors import PublishError
from tests.orchestration.test_publish import STATUS

FOUND = Table(
    "found",
    "What was found. One row per thing.",
    (
        Column("day", "date", "When."),
        Column("cents", "bigint", "How much, it's said."),
        Column("price", "decimal(18, 6)", "At which price."),
        Column("name", "varchar", "What."),
    ),
)
ROWS = [
    (date(2026, 5, 1), 2**53 + 1, Decimal("0.100000"), "a"),
    (date(2026, 5, 2), None, None, None),
]


def finds(sources):
    [(total,)] = sources.db.execute("select total from marts.t").fetchall()
    return {FOUND: [*ROWS, (date(2026, 5, 3), total, None, "total")]}


def fails(sources):
    raise RuntimeError("no series\nsecond line")


@pytest.fixture
def folder(clean_environment, monkeypatch, tmp_path):
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(insights, "PARTS", (Part("finding", (FOUND,), finds),))
    found = DataFolder(load_settings())
    found.marts_file.parent.mkdir()
    build(found, 7)
    return found


def build(folder, total: int, **inputs: str) -> None:
    with duckdb.connect() as db:
        db.execute(f"attach '{folder.marts_file}' as warehouse")
        db.execute("create schema if not exists warehouse.marts")
        db.execute(f"create or replace table warehouse.marts.t as select {total} as total")
    folder.note_verification(inputs)


def published(folder, query):
    file = str(folder.settings.published_warehouse.resolve())
    with duckdb.connect(file, read_only=True) as db:
        return db.execute(query).fetchall()


def test_a_part_is_published_with_its_types_and_what_they_mean(folder):
    insights.make_current(folder)
    folder.publish([STATUS], [])
    rows = published(folder, "select * from marts.found order by day")
    assert rows == [*ROWS, (date(2026, 5, 3), 7, None, "total")]
    said = published(
        folder,
        "select comment from duckdb_columns() where table_name = 'found' and comment ^@ 'How'",
    )
    assert said == [("How much, it's said.",)]
    assert published(folder, "select part, error from meta.insight") == [("finding", None)]


def test_what_is_of_these_marts_already_is_not_made_again(folder):
    assert list(insights.make_current(folder)) == ["finding"]
    assert insights.make_current(folder) == {}
    build(folder, 8, invoices="another")
    assert list(insights.make_current(folder)) == ["finding"]


def test_other_insight_is_published_though_the_marts_are_the_same(folder, monkeypatch):
    insights.make_current(folder)
    folder.publish([STATUS], [])
    monkeypatch.setattr(insights, "insight_checksum", lambda: "another release")
    monkeypatch.setattr(insights, "PARTS", (Part("none", (FOUND,), lambda _: {}),))
    insights.make_current(folder)
    folder.publish([STATUS], [])
    assert published(folder, "select count(*) from marts.found") == [(0,)]
    assert published(folder, "select total from marts.t") == [(7,)]


def test_a_part_that_fails_is_empty_and_says_why_in_one_line(folder, monkeypatch):
    other = Table("other", "One row per thing.", FOUND.columns)
    parts = (Part("broken", (FOUND,), fails), Part("well", (other,), lambda _: {other: ROWS}))
    monkeypatch.setattr(insights, "PARTS", parts)
    insights.make_current(folder)
    folder.publish([STATUS], [])
    assert published(folder, "select count(*) from marts.found") == [(0,)]
    assert published(folder, "select count(*) from marts.other") == [(2,)]
    errors = published(folder, "select part, error from meta.insight order by part")
    assert errors == [("broken", "RuntimeError: no series"), ("well", None)]


def test_values_are_what_they_are_wherever_they_stand(folder, monkeypatch):
    """DuckDB guesses a type from the first thousand rows."""
    many = [(date(2026, 5, 1), 1, Decimal("1.5"), str(n)) for n in range(2000)]
    large = (date(2026, 5, 2), 2**62, Decimal("123456789012.654321"), "large")
    rows = [*many[:1500], large, *many[1500:]]
    monkeypatch.setattr(insights, "PARTS", (Part("many", (FOUND,), lambda _: {FOUND: rows}),))
    insights.make_current(folder)
    folder.publish([STATUS], [])
    assert published(folder, "select * from marts.found where name = 'large'") == [large]


def test_a_table_whose_values_do_not_fit_is_empty_and_named(folder, monkeypatch):
    other = Table("other", "One row per thing.", FOUND.columns)
    bad = [(date(2026, 5, 1), 2**70, None, "too large for 64 bits")]
    parts = (Part("bad", (other,), lambda _: {other: bad}), Part("finding", (FOUND,), finds))
    monkeypatch.setattr(insights, "PARTS", parts)
    insights.make_current(folder)
    folder.publish([STATUS], [])
    assert published(folder, "select count(*) from marts.other") == [(0,)]
    assert published(folder, "select count(*) from marts.found") == [(3,)]
    [(part, error)] = published(folder, "select part, error from meta.insight where error <> ''")
    assert (part == "other" and "out of range" in error) or "Could not convert" in error


def test_a_part_that_failed_is_made_again(folder, monkeypatch):
    monkeypatch.setattr(insights, "PARTS", (Part("broken", (FOUND,), fails),))
    assert list(insights.make_current(folder)) == ["broken"]
    assert list(insights.make_current(folder)) == ["broken"]


def test_marts_that_nobody_tested_get_no_insight(folder):
    folder._forget_verification()
    with pytest.raises(PublishError, match="not built and tested as a whole"):
        insights.make_current(folder)
