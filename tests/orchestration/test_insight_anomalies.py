"""From the marts to the rows of anomalies, and from a terminal back to them."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration import feedback
from orchestration.cli import app
from orchestration.insight.anomalies import ANOMALIES, ANOMALY_FEEDBACK
from orchestration.insight.change_alerts import COST_CHANGE_ALERTS
from orchestration.published.reader import NotPublished
from orchestration.refreshing.insight_anomalies import EVENTS as EVENTS_SQL
from orchestration.refreshing.insight_anomalies import TABLES, build
from orchestration.settings import Settings, SettingsError, load_settings

BEGIN, THROUGH = date(2026, 3, 1), date(2026, 5, 20)
SPIKE = date(2026, 5, 11)
MARTS = """
create schema marts;
create table marts.data_through (data_through date, posted_through date);
insert into marts.data_through values ('2026-05-20', '2026-05-21');
create table marts.resource_events (
    resource_id varchar, resource_name varchar, event varchar, "at" timestamp, before varchar,
    after varchar
);
insert into marts.resource_events values
    ('c2', 'events', 'tier changed', '2026-05-06 06:00', 'M30', 'M40');
create table marts.fct_line_item_days (
    usage_date date, billed_date date, org_id varchar, project_id varchar, project_name varchar,
    resource_id varchar, resource_name varchar, resource_type varchar, sku varchar,
    service varchar, category varchar, charge_type varchar, is_in_total boolean,
    pricing_currency varchar, tags map(varchar, varchar[]), cost_cents bigint,
    quantity decimal(38, 18)
);
create view marts.agg_costs_daily as
select *, date '2026-03-01' as invoice_month from marts.fct_line_item_days;
"""


def line(day: date, cents: int, **changes: object) -> tuple:
    values = {
        "usage_date": day,
        "billed_date": day + timedelta(1),
        "org_id": "o",
        "project_id": "p",
        "project_name": "shop",
        "resource_id": "c1",
        "resource_name": "shop-prod",
        "resource_type": "cluster",
        "sku": "TRANSFER",
        "service": "Data Transfer",
        "category": "Data transfer AWS",
        "charge_type": "usage",
        "is_in_total": True,
        "pricing_currency": "USD",
        "tags": {"team": ["b", "a"]},
        "cost_cents": cents,
        "quantity": cents / 10,
    } | changes
    return tuple(values.values())


EVENTS = {"resource_id": "c2", "resource_name": "events", "service": "Clusters", "sku": "M"}
NOTHING = {"project_id": None, "project_name": None, "resource_id": None, "resource_name": None}


def bill() -> list[tuple]:
    """A spike of transfer, a tier change, and a lot that is nobody's anomaly."""
    found = []
    for number in range((THROUGH - BEGIN).days + 1):
        day = BEGIN + timedelta(number)
        found += [
            line(day, 500),
            line(day, 2000 if day >= date(2026, 5, 5) else 1000, **EVENTS),
        ]
    found += [
        line(SPIKE, 9000),
        line(date(2026, 5, 12), 90_000, charge_type="support", service="Support", **NOTHING),
        line(date(2026, 5, 13), -90_000, charge_type="credit", service="Credits", **NOTHING),
        line(date(2026, 5, 14), 90_000, is_in_total=False),
        line(THROUGH + timedelta(5), 90_000),
    ]
    return found


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """Marts of the bill."""
    built = tmp_path_factory.mktemp("marts") / "built.duckdb"
    with duckdb.connect(str(built)) as db:
        db.execute(MARTS)
        db.executemany(
            f"insert into marts.fct_line_item_days values ({', '.join('?' * 17)})", bill()
        )
    return built


@pytest.fixture
def marts(file) -> Iterator[duckdb.DuckDBPyConnection]:
    """As the parts of insight get them: read-only."""
    with duckdb.connect() as db:
        db.execute(f"attach '{file}' as warehouse (read_only)")
        db.execute("use warehouse")
        yield db


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "data", config_dir=tmp_path / "config")


def rows(found: dict, table) -> list[dict]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in found[table]]


def test_a_spike_and_a_step_are_found_and_nothing_else(marts, settings):
    step, spike = rows(build(marts, settings), ANOMALIES)
    assert (step["resource_name"], step["status"]) == ("events", "explained")
    assert (spike["resource_name"], spike["status"]) == ("shop-prod", "open")
    assert (spike["usage_date"], spike["last_day"]) == (SPIKE, SPIKE)
    assert (spike["actual_cents"], spike["expected_cents"]) == (9500, 500)
    assert (spike["over_cents"], spike["price_effect_cents"]) == (9000, 0)
    assert spike["detected_on"] == SPIKE + timedelta(1)
    assert spike["scope"] == "shop / shop-prod / Data Transfer"


def test_the_bill_alone_tells_that_a_cluster_ran_again(settings):
    """After more than a week; what sleeps at weekends is as it was."""
    sleeps = {"service": "Clusters", "category": "Paused instance", "sku": "M_PAUSED"}
    runs = sleeps | {"category": "Dedicated instance", "sku": "M"}
    woken = {"resource_id": "c3", "resource_name": "archive"}
    weekly = {"resource_id": "c4", "resource_name": "staging"}
    lines = []
    for number in range((THROUGH - BEGIN).days + 1):
        day = BEGIN + timedelta(number)
        is_up, is_working_day = day >= date(2026, 5, 5), day.weekday() < 5
        lines += [
            line(day, 3000 if is_up else 0, **(runs if is_up else sleeps), **woken),
            line(day, 20 if is_working_day else 0, **(runs if is_working_day else sleeps),
                 **weekly),
        ]  # fmt: skip
    with duckdb.connect() as db:
        db.execute(MARTS)
        marks = ", ".join("?" * 17)
        db.executemany(f"insert into marts.fct_line_item_days values ({marks})", lines)
        [found] = rows(build(db, settings), ANOMALIES)
        events = db.execute(EVENTS_SQL).fetchall()
    assert (found["resource_name"], found["status"]) == ("archive", "explained")
    assert found["event"] == "archive was resumed on 5 May 2026"
    assert [each[1] for each in events] == ["events", "archive"]


def test_the_rows_fit_their_tables(marts, settings):
    """DuckDB takes each value as the type that its column promises."""
    found = build(marts, settings)
    assert tuple(found) == TABLES
    with duckdb.connect() as db:
        for table, values in found.items():
            columns = ", ".join(f'"{each.name}" {each.type}' for each in table.columns)
            db.execute(f"create table {table.name} ({columns})")
            marks = ", ".join("?" * len(table.columns))
            for row in values:
                db.execute(f"insert into {table.name} values ({marks})", row)
        assert db.execute("select count(*) from anomalies").fetchone() == (2,)


def test_changes_are_told_without_credits_and_of_the_same_days(marts, settings):
    """Until 20 April events cost 200 dollars, until 20 May 360."""
    settings.config_dir.mkdir()
    settings.insight_rules_file.write_text("change_alerts:\n- by: [resource, tag:team]\n")
    found = rows(build(marts, settings), COST_CHANGE_ALERTS)
    may = [each for each in found if each["usage_month"] == date(2026, 5, 1)]
    assert {each["scope"]: (each["before_cents"], each["after_cents"]) for each in may} == {
        "(none) / a, b": (0, 90_000),
        "events / a, b": (20_000, 36_000),
    }


def test_what_the_month_before_had_not_been_billed_at_the_same_age_is_no_change(settings):
    """April's support was posted on 1 May, its consulting at its end: neither is a saving."""
    settings.config_dir.mkdir()
    settings.insight_rules_file.write_text(
        "change_alerts:\n- by: service\n  percent: 0\n  amount: 0\n  direction: both\n"
    )
    late, last = date(2026, 5, 1), date(2026, 4, 30)
    months = [date(2026, month, 1) for month in (4, 5)]
    lines = [
        *(line(first + timedelta(day), 100) for first in months for day in range(20)),
        line(date(2026, 4, 10), 3100, service="Support", charge_type="support", billed_date=late),
        line(last, 5000, service="Consulting", charge_type="consulting", billed_date=last),
        line(date(2026, 4, 15), 700, billed_date=date(2026, 4, 21)),
        line(date(2026, 4, 16), 7000, billed_date=date(2026, 4, 22)),
    ]
    with duckdb.connect() as db:
        db.execute(MARTS)
        db.executemany(
            f"insert into marts.fct_line_item_days values ({', '.join('?' * 17)})", lines
        )
        found = rows(build(db, settings), COST_CHANGE_ALERTS)
    assert [(each["scope"], each["before_cents"], each["after_cents"]) for each in found] == [
        ("Data Transfer", 2700, 2000),
    ]


def test_marts_without_costs_have_no_anomaly(settings):
    with duckdb.connect() as db:
        db.execute(MARTS)
        db.execute("delete from marts.data_through")
        assert rows(build(db, settings), ANOMALY_FEEDBACK) == []


# At a terminal

run = CliRunner().invoke


@pytest.fixture
def published(marts, settings, monkeypatch) -> Path:
    """The warehouse that a terminal reads, with the anomalies of the bill."""
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(settings.data_dir))
    settings.data_dir.mkdir(exist_ok=True)
    publish(marts, settings)
    return settings.published_warehouse


def publish(marts: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    found = build(marts, settings)
    settings.published_warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(settings.published_warehouse)) as db:
        db.execute("create schema marts")
        columns = ", ".join(f'"{each.name}" {each.type}' for each in ANOMALIES.columns)
        db.execute(f"create table marts.anomalies ({columns})")
        marks = ", ".join("?" * len(ANOMALIES.columns))
        db.executemany(f"insert into marts.anomalies values ({marks})", list(found[ANOMALIES]))


def told(*arguments: str) -> str:
    answer = run(app, ["anomaly", *arguments], catch_exceptions=False)
    assert answer.exit_code == 0
    return answer.output


def test_open_ones_are_listed_and_the_others_if_asked_for(published):
    assert "shop-prod cost $95.00" in told("list")
    assert "events" not in told("list")
    assert "events changed its tier from M30 to M40" in told("list", "--all")
    assert len(told("list", "--all", "--limit", "1").splitlines()) == 1


def test_what_is_said_is_kept_and_holds_after_the_next_refresh(published, marts, settings):
    anomaly_id = told("list").split()[0]
    said = told("expected", anomaly_id[:6], "--reason", "the yearly export", "--by", "ada")
    assert said.startswith(f"{anomaly_id} is expected: the yearly export")
    [line_] = feedback.read(settings.feedback_dir, feedback.ANOMALIES)
    assert (line_["by"], line_["until"], line_["pattern"]) == ("ada", None, "alike")
    publish(marts, settings)
    assert told("list") == "No anomaly is open.\n"
    told("real", anomaly_id, "--reason", "it was not")
    publish(marts, settings)
    assert anomaly_id in told("list")
    told("ignore", anomaly_id, "--reason", "known", "--until", "2026-12-31")
    [*_, last] = feedback.read(load_settings().feedback_dir, feedback.ANOMALIES)
    assert (last["verdict"], last["until"]) == ("ignore", "2026-12-31")


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        (["real", "zzz", "--reason", "x"], NotPublished, "No anomaly has an id zzz"),
        (["real", "", "--reason", "x"], NotPublished, "2 anomalies have ids that begin with"),
        (
            ["ignore", "a", "--reason", "x", "--until", "soon"],
            SettingsError,
            "--until soon is not a day: write it as 2026-12-31.",
        ),
    ],
)
def test_what_cannot_be_said_is_refused(published, settings, arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        run(app, ["anomaly", *arguments], catch_exceptions=False)
    assert feedback.read(settings.feedback_dir, feedback.ANOMALIES) == []
