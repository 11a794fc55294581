"""/metrics: numbers of the warehouse, any name inert, a bounded number of series, our door."""

import json
import re
from datetime import date
from pathlib import Path

import duckdb
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain
from starlette.testclient import TestClient

from orchestration.commands.metrics import application
from orchestration.commands.processes import Addresses, metrics_command
from orchestration.settings import Settings
from tests.conftest import ROOT

DAY = date(2026, 5, 20)
COSTS = """
create table marts.{name} (usage_date date, org_name varchar, project_name varchar,
    resource_name varchar, resource_type varchar, service varchar, pricing_currency varchar,
    is_in_total boolean, cost_cents bigint)
"""
REST = """
create table marts.data_through as select date '2026-05-20' as data_through;
create table marts.forecasts as select 'total' as scope_type, date '2026-05-01' as month,
    'USD' as pricing_currency, 9000 as expected_cents, 8000 as low_80_cents, 9900 as high_80_cents;
create table marts.fct_invoices as select * from (values
    ('USD', true, true, 0, 0), ('USD', true, false, -3, 4), ('USD', false, true, 9, 9)
) as each(pricing_currency, is_closed, is_reconciled, difference_cents, header_difference_cents);
create table meta.freshness as select 'shop' as connection, timestamp '2026-05-20 06:00:00'
    as last_success_at, ['inventory: missing role'] as missing_parts, 'degraded' as status,
    timestamp '2026-05-20 06:01:00' as published_at, 170 as requests;
"""
HOSTILE = (
    'quote" brace} 1',
    "line\nbreak 7",
    "back\\slash",
    "carriage\rreturn",
    "\u2028\u202e\x00",
    "(other)",
    "# EOF",
    "x" * 5000,
)
Series = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def settings(tmp_path, clean_environment):
    return Settings(data_dir=tmp_path, metrics_top=3, _env_file=None)


def publish(settings: Settings, rows: list[tuple]) -> Path:
    version = settings.data_dir / f"version-{len(list(settings.data_dir.iterdir()))}.duckdb"
    with duckdb.connect(str(version)) as db:
        db.execute("create schema marts; create schema meta")
        for name in ("agg_costs_daily", "fct_costs_daily"):
            db.execute(COSTS.format(name=name))
            db.executemany(f"insert into marts.{name} values (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        db.execute(REST)
    settings.published_warehouse.unlink(missing_ok=True)
    settings.published_warehouse.symlink_to(version)
    return version


def row(cents: int, day: date = DAY, **fields: object) -> tuple:
    usual = {"usage_date": day, "org_name": "Acme", "project_name": "shop",
             "resource_name": "orders", "resource_type": "cluster", "service": "Clusters",
             "pricing_currency": "USD", "is_in_total": True, "cost_cents": cents}  # fmt: skip
    return tuple((usual | fields).values())


def scrape(settings: Settings, client: TestClient | None = None) -> Series:
    asked = client or TestClient(application(settings), base_url="http://127.0.0.1:9464")
    answer = asked.get("/metrics")
    assert answer.status_code == 200
    samples = [each for family in plain(answer.text) for each in family.samples]
    found = {(each.name, tuple(sorted(each.labels.items()))): each.value for each in samples}
    assert len(found) == len(samples), "a series told twice fails the whole scrape"
    return found


def test_numbers_are_those_of_the_warehouse(settings):
    publish(settings, [
        row(100), row(50, date(2026, 5, 2), service="Backup"), row(7, resource_type="project"),
        row(1000, date(2026, 4, 30)), row(2000, date(2026, 5, 21)), row(5, is_in_total=False),
        row(-3, pricing_currency="credits"),
    ])  # fmt: skip
    found = scrape(settings)
    backup = (("currency", "USD"), ("service", "Backup"))
    for series, value in {
        ("atlas_costs_total_month_to_date_cents", (("currency", "USD"),)): 157,
        ("atlas_costs_total_last_day_cents", (("currency", "USD"),)): 107,
        ("atlas_costs_total_last_day_cents", (("currency", "credits"),)): -3,
        ("atlas_costs_service_month_to_date_cents", backup): 50,
        ("atlas_costs_service_last_day_cents", backup): 0,
        ("atlas_costs_cluster_last_day_cents",
         (("cluster", "orders"), ("currency", "USD"), ("project", "shop"))): 100,
        ("atlas_costs_forecast_cents", (("currency", "USD"),)): 9000,
        ("atlas_costs_forecast_low_cents", (("currency", "USD"),)): 8000,
        ("atlas_costs_invoices", (("currency", "USD"), ("state", "differing"))): 1,
        ("atlas_costs_invoices", (("currency", "USD"), ("state", "pending"))): 1,
        ("atlas_costs_invoice_difference_cents", (("currency", "USD"),)): 7,
        ("atlas_costs_missing_parts", (("connection", "shop"),)): 1,
        ("atlas_costs_requests", (("connection", "shop"),)): 170,
        ("atlas_costs_last_success_timestamp_seconds", (("connection", "shop"),)): 1779256800,
        ("atlas_costs_data_through_timestamp_seconds", ()): 1779235200,
        ("atlas_costs_readable", ()): 1,
    }.items():  # fmt: skip
        assert found[series] == value, series


def test_the_dearest_few_are_told_apart_and_the_rest_is_one(settings):
    publish(settings, [row(number * 10, project_name=f"p{number}") for number in range(1, 8)])
    found = {
        dict(labels)["project"]: cents
        for (name, labels), cents in scrape(settings).items()
        if name == "atlas_costs_project_month_to_date_cents"
    }
    assert found == {"p7": 70, "p6": 60, "p5": 50, "(other)": 100}


def test_no_name_breaks_the_answer_or_is_told_twice(settings):
    wide = settings.model_copy(update={"metrics_top": 100})
    twins = [row(1, project_name="x" * 5000 + end) for end in "ab"]
    publish(settings, [row(10, project_name=name) for name in HOSTILE] + twins)
    client = TestClient(application(wide), base_url="http://localhost:1")
    found = scrape(wide, client)
    told = {
        dict(labels)["project"]: value
        for (name, labels), value in found.items()
        if name == "atlas_costs_project_last_day_cents"
    }
    assert told == {**{name[:200]: 10 for name in HOSTILE}, "x" * 200: 12}
    # a few, and one of them is called as the rest is
    narrow = scrape(settings)
    total = sum(
        v for (name, _), v in narrow.items() if name == "atlas_costs_project_last_day_cents"
    )
    assert total == 82


def test_it_speaks_openmetrics_to_whoever_asks_for_it(settings):
    publish(settings, [row(1, project_name=name) for name in HOSTILE])
    client = TestClient(application(settings), base_url="http://127.0.0.1")
    kind = "application/openmetrics-text; version=1.0.0"
    answer = client.get("/metrics", headers={"accept": kind})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    families = {family.name for family in openmetrics(answer.text)}
    assert all(re.fullmatch(r"atlas_costs_[a-z_]+", each) for each in families)
    units = ("_cents", "_seconds", "_info", "readable", "invoices", "parts", "status", "requests")
    assert all(each.endswith(units) for each in families)


def test_a_new_version_is_read_and_an_unreadable_one_is_told(settings):
    assert scrape(settings)["atlas_costs_readable", ()] == 0
    publish(settings, [row(1)])
    client = TestClient(application(settings), base_url="http://127.0.0.1")
    key = ("atlas_costs_total_last_day_cents", (("currency", "USD"),))
    assert scrape(settings, client)[key] == 1
    version = publish(settings, [row(2)])
    assert scrape(settings, client)[key] == 2
    version.unlink()
    assert scrape(settings, client)["atlas_costs_readable", ()] == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "127.0.0.1:9464"}, 200),
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1:9464", "origin": "http://evil.example"}, 403),
        ({"host": "127.0.0.1:9464", "sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_it_is_behind_the_door(settings, headers, status):
    client = TestClient(application(settings), base_url="http://127.0.0.1:9464")
    assert client.get("/metrics", headers=headers).status_code == status


def test_there_is_one_address(settings):
    client = TestClient(application(settings), base_url="http://127.0.0.1:9464")
    assert [client.get(each).status_code for each in ("/", "/metrics/x", "/graphql")] == [404] * 3


def test_it_is_off_unless_asked_for_and_told_where_it_listens():
    assert "Metrics" not in Addresses("127.0.0.1", 1, 2).told()
    assert "http://127.0.0.1:3/metrics" in Addresses("127.0.0.1", 1, 2, 3).told()
    assert metrics_command("127.0.0.1", 3)[-2:] == ["127.0.0.1", "3"]
    assert metrics_command("0.0.0.0", 3)[-1] == "--beyond-loopback"  # noqa: S104  said, not bound


def test_a_sign_in_of_the_pages_does_not_open_it():
    everywhere = "0.0.0.0"  # noqa: S104  said, not bound
    assert Addresses(everywhere, 1, 2, 3).metrics_host == "127.0.0.1"
    assert Addresses(everywhere, 1, 2, 3, is_open=True).metrics_host == everywhere


DASHBOARD = json.loads((ROOT / "deploy/grafana/atlas-costs.json").read_text())
SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def test_the_dashboard_has_grafanas_model():
    """As Grafana's documentation has it, under "Dashboard JSON model"."""
    assert {"title", "uid", "tags", "time", "templating", "annotations", "panels"} <= set(DASHBOARD)
    assert isinstance(DASHBOARD["schemaVersion"], int)
    assert DASHBOARD["schemaVersion"] >= 39
    [variable] = DASHBOARD["templating"]["list"]
    assert [variable[each] for each in ("name", "type", "query")] == [
        "datasource", "datasource", "prometheus",
    ]  # fmt: skip
    panels = DASHBOARD["panels"]
    assert len({each["id"] for each in panels}) == len(panels)
    cells = [
        (x, y)
        for each in panels
        for x in range(each["gridPos"]["x"], each["gridPos"]["x"] + each["gridPos"]["w"])
        for y in range(each["gridPos"]["y"], each["gridPos"]["y"] + each["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells), "panels overlap"
    assert max(x for x, _ in cells) < 24
    for each in panels:
        assert each["type"] in {"stat", "timeseries", "bargauge"}
        assert each["datasource"] == SOURCE
        assert {"defaults", "overrides"} <= set(each["fieldConfig"])
        references = [target["refId"] for target in each["targets"]]
        assert len(set(references)) == len(references) > 0
        assert all(target["datasource"] == SOURCE for target in each["targets"])


def test_every_metric_and_label_of_the_dashboard_is_exported(settings):
    publish(settings, [row(1)])
    labels: dict[str, set[str]] = {}
    for name, told in scrape(settings):
        labels.setdefault(name, set()).update(dict(told))
    targets = [target for panel in DASHBOARD["panels"] for target in panel["targets"]]
    asked = [re.findall(r"atlas_costs_\w+", each["expr"]) for each in targets]
    assert len(asked) >= 15
    for names, target in zip(asked, targets, strict=True):
        assert names
        assert set(names) <= set(labels)
        legend = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
        assert legend <= labels[names[0]]
