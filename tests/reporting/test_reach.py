"""Which costs are known to be missing: asked of tables as a refresh publishes them."""

from datetime import date

import duckdb
import pytest

from reporting.query import Query, Row
from reporting.ranges import Gap
from reporting.reach import data_days

TABLES = """
create schema marts; create schema meta;
create table marts.agg_costs_daily as
    select date '2026-01-01' as usage_date, date '2026-01-01' as invoice_month;
create table marts.data_through as
    select date '2026-05-18' as data_through, date '2026-05-19' as posted_through;
create table marts.fct_invoices (
    connection varchar, org_id varchar, org_name varchar, is_nested boolean, invoice_month date
);
insert into marts.fct_invoices values
    ('default', 'o1', 'Shop', false, '2026-01-01'), ('default', 'o1', 'Shop', false, '2026-02-01'),
    ('bank', 'o2', 'Bank', false, '2026-03-01'), ('bank', 'o3', 'Branch', true, '2026-04-01');
create table meta.freshness (
    connection varchar, data_through date, status varchar, missing_parts varchar[],
    missing_months date[]
);
insert into meta.freshness values ('default', '2026-05-18', 'connected', [], []);
"""
BANK = frozenset({"o2", "o3"})


@pytest.fixture
def db():
    with duckdb.connect() as made:
        made.execute(TABLES)
        yield made


def gaps(db: duckdb.DuckDBPyConnection, *row: object) -> tuple[Gap, ...]:
    db.execute("insert into meta.freshness values (?, ?, ?, ?, ?)", ["bank", *row])

    def read(query: Query) -> list[Row]:
        result = db.execute(query.sql, query.bound())
        names = [each[0] for each in result.description]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]

    days = data_days(read)
    assert days
    return days.gaps


@pytest.mark.parametrize(
    ("status", "parts"),
    [
        ("error", ["connection: Atlas answered 503"]),
        ("degraded", ["connection: it is slow"]),
        ("degraded", ["invoices: the pending invoice cannot be used"]),
    ],
)
def test_a_connection_that_was_not_read_lacks_what_came_since(db, status, parts):
    expected = Gap("bank", BANK, date(2026, 5, 16), None)
    assert gaps(db, date(2026, 5, 15), status, parts, []) == (expected,)


def test_a_connection_that_was_read_lacks_nothing_that_was_not_billed(db):
    parts = ["clusters: Atlas answered 403"]
    assert gaps(db, date(2026, 5, 2), "degraded", parts, []) == ()


def test_one_that_cannot_be_read_now_and_was_today_lacks_nothing(db):
    assert gaps(db, date(2026, 5, 18), "error", ["connection: 503"], []) == ()


def test_a_connection_without_any_costs_changes_no_comparison(db):
    db.execute("delete from marts.fct_invoices where connection = 'bank'")
    assert gaps(db, None, "error", ["connection: 401"], []) == ()


def test_an_invoice_that_is_not_as_listed_is_missing_for_its_month(db):
    found = gaps(db, date(2026, 5, 18), "degraded", ["invoices: 500"], [date(2026, 4, 1)])
    assert found == (Gap("bank", BANK, date(2026, 4, 1), date(2026, 5, 1)),)


def test_a_history_that_is_being_read_begins_later_than_it_will(db):
    found = gaps(db, date(2026, 5, 18), "importing", [], [])
    assert found == (Gap("bank", BANK, None, date(2026, 3, 1)),)


def test_a_lone_organization_has_its_name(db):
    db.execute("update meta.freshness set missing_months = [date '2026-02-01']")
    [found] = gaps(db, date(2026, 5, 18), "connected", [], [])
    assert found.name == "Shop"
