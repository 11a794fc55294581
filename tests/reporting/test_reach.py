"""Which costs are known to be missing: asked of tables as a refresh publishes them."""

from datetime import date

import duckdb
import pytest

from reporting.ranges import Gap
from reporting.reach import data_days

from .reading import asking

TABLES = """
create schema marts; create schema meta;
create table marts.data_through as
    select date '2026-05-18' as data_through, date '2026-05-19' as posted_through;
create table marts.agg_costs_daily (
    usage_date date, invoice_month date, connection varchar, org_id varchar, org_name varchar
);
insert into marts.agg_costs_daily values
    ('2026-01-01', '2026-01-01', 'default', 'o1', 'Shop'),
    ('2026-01-02', '2026-01-01', 'default', 'o1', 'Shop'),
    ('2026-01-01', '2026-01-01', 'bank', 'o2', 'Bank'),
    ('2026-01-01', '2026-01-01', 'bank', 'o3', 'Branch');
create table meta.freshness (
    connection varchar, missing_costs struct("start" date, "end" date)[]
);
insert into meta.freshness values
    ('default', []),
    ('bank', [{'start': null, 'end': '2026-03-01'}, {'start': '2026-05-16', 'end': null}]),
    ('never billed', [{'start': '2026-05-16', 'end': null}]);
"""
BANK = "bank", "bank", frozenset({("o2", "Bank"), ("o3", "Branch")})


@pytest.fixture
def db():
    with duckdb.connect() as made:
        made.execute(TABLES)
        yield made


def gaps(db: duckdb.DuckDBPyConnection) -> tuple[Gap, ...]:
    days = data_days(asking(db))
    assert days
    return days.gaps


def test_what_a_connection_lacks_is_of_its_organizations(db):
    assert gaps(db) == (
        Gap(*BANK, start=None, end=date(2026, 3, 1)), Gap(*BANK, date(2026, 5, 16), None)
    )  # fmt: skip


def test_a_lone_organization_has_its_name(db):
    db.execute("delete from meta.freshness where connection = 'bank'")
    db.execute("update meta.freshness set missing_costs = [{'start': '2026-02-01', 'end': null}]")
    [found] = gaps(db)
    assert (found.name, found.connection) == ("Shop", "default")


def test_a_release_that_did_not_say_what_is_missing_can_be_read(db):
    db.execute("alter table meta.freshness drop missing_costs")
    assert gaps(db) == ()
