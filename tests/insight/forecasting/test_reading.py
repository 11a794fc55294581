"""What the forecast reads of the marts, and that all of it arrives."""

from datetime import date

import duckdb
import pytest

from orchestration.insight.forecasting.parts import Event, Key
from orchestration.insight.forecasting.tables import FORECAST_PARTS, FORECASTS
from orchestration.refreshing import insight_forecast
from tests.insight.forecasting import is_total, named

AS_OF = date(2026, 6, 10)
TABLES = """
create schema marts;
create table marts.data_through as
    select date '2026-06-10' as data_through, date '2026-06-11' as posted_through;
create table marts.fct_invoices as select date '2026-01-01' as start_date;
create table marts.fct_line_item_days (
    usage_date date, billed_date date, connection varchar, org_id varchar, org_name varchar,
    project_id varchar, project_name varchar, resource_id varchar, resource_name varchar,
    resource_type varchar, service varchar, charge_type varchar, is_in_total boolean,
    pricing_currency varchar, cost_cents bigint
);
create table marts.resource_events (
    project_id varchar, resource_name varchar, event varchar, "at" timestamp
);
insert into marts.resource_events values
    ('p', 'prod', 'tier changed', '2026-03-01 12:00:00'),
    ('p', 'prod', 'deleted', '2026-06-11 00:00:00');
"""
PROD = {
    "connection": "main",
    "org_id": "o",
    "org_name": "Org",
    "project_id": "p",
    "project_name": "Shop",
    "resource_id": "id",
    "resource_name": "prod",
    "resource_type": "cluster",
    "service": "Clusters",
    "charge_type": "usage",
    "is_in_total": True,
    "pricing_currency": "USD",
}


@pytest.fixture
def marts():
    with duckdb.connect() as db:
        db.execute(TABLES)
        yield db


def put(db, day: str, cents: int, **changed):
    values = [changed.get(name, value) for name, value in PROD.items()]
    marks = ", ".join("?" * len(values))
    sql = f"insert into marts.fct_line_item_days values (?, cast(? as date) + 1, {marks}, ?)"
    db.execute(sql, [day, day, *values, cents])


def costs(db):
    return insight_forecast.costs(db, AS_OF)


def test_lines_of_one_part_and_day_are_one_row(marts):
    put(marts, "2026-06-01", 10)
    put(marts, "2026-06-01", 15)
    [row] = costs(marts)
    assert row.key == Key("main", "o", "p", "prod", "Clusters", "usage", "USD")
    assert row[1:5] == ("Org", "Shop", "id", "prod")
    assert row[5:] == (date(2026, 6, 1), date(2026, 6, 2), 25)


def test_credits_and_days_before_the_first_invoice_are_left_out(marts):
    put(marts, "2026-06-01", -10, charge_type="credit", is_in_total=False)
    put(marts, "2025-12-31", 10)
    assert costs(marts) == []


def test_search_nodes_are_not_the_cluster_they_search(marts):
    put(marts, "2026-06-01", 10)
    put(marts, "2026-06-01", 20, resource_type="search_nodes")
    assert [row.key.resource for row in costs(marts)] == ["prod", "search nodes of prod"]


def test_what_belongs_to_no_project_or_resource_is_its_organization(marts):
    put(
        marts,
        "2026-06-01",
        10,
        project_id=None,
        project_name=None,
        resource_id="o",
        resource_name=None,
    )
    [row] = costs(marts)
    assert (row.key.project_id, row.key.resource, row.project_name) == ("", "o", "")


def test_the_cheapest_resources_of_a_project_are_one(marts, monkeypatch):
    monkeypatch.setattr(insight_forecast, "MOST_RESOURCES", 1)
    put(marts, "2026-06-01", 10)
    for name, cents in (("small", 3), ("smaller", 2)):
        put(marts, "2026-06-01", cents, resource_id=name, resource_name=name)
    found = costs(marts)
    assert sorted((row.key.resource, row.resource_id) for row in found) == [
        ("other resources", "p/other resources"),
        ("prod", "id"),
    ]
    assert sum(row.cost_cents for row in found) == 15


def test_what_is_no_cluster_keeps_its_series_under_another_name(marts):
    for day, name in (("2026-05-01", "Shop"), ("2026-06-01", "Store")):
        put(marts, day, 10, resource_type="project", resource_id="p", resource_name=name)
    assert {row.key.resource for row in costs(marts)} == {"p"}


def test_events_are_those_until_the_newest_day(marts):
    assert insight_forecast.events(marts, AS_OF) == [
        Event(("p", "prod"), "tier changed", date(2026, 3, 1))
    ]


def test_a_forecast_from_marts_adds_up(marts):
    marts.execute("""
        insert into marts.fct_line_item_days
        select
            cast(day as date), cast(day as date) + 1, 'main', 'o', 'Org', 'p', 'Shop', name, name,
            'cluster', 'Clusters', 'usage', true, 'USD', 100
        from range(date '2026-01-01', date '2026-06-11', interval 1 day) as days (day)
        cross join (values ('a'), ('b')) as resources (name)
    """)
    found = insight_forecast.build(marts)
    totals = [row for row in named(FORECASTS, found[FORECASTS]) if is_total(row)]
    assert [row["expected_cents"] for row in totals[:2]] == [6000, 6200]
    parts = named(FORECAST_PARTS, found[FORECAST_PARTS])
    assert sum(row["expected_cents"] for row in parts if row["month"] == date(2026, 7, 1)) == 6200


def test_without_a_line_there_is_nothing_to_say(marts):
    marts.execute("delete from marts.data_through")
    assert not any(insight_forecast.build(marts).values())
