"""`atlas-costs alert`, and Dagster's sensors, which do the same."""

import logging
from contextlib import contextmanager

import dagster as dg
import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.commands import refresh as refreshing
from orchestration.explain import explanation
from orchestration.refreshing import freshness
from orchestration.refreshing.folder import DataFolder
from orchestration.schedules.alerts import alerts as alerts_sensor
from orchestration.schedules.alerts import refresh_failed
from orchestration.settings import Settings, SettingsError
from orchestration.warehouse.errors import AlreadyRunning
from orchestration.warehouse.publish import Published
from tests.telling.conftest import NOW
from tests.telling.made import publish

ALL = "routes:\n- {name: hook, channel: webhook, url_env: HOOK_URL, alerts: all}\n"


def run(*words: str):
    return CliRunner().invoke(app, ["alert", *words])


def test_a_route_is_tested_from_the_terminal(teller, hook):
    teller(ALL)
    result = run("test", "hook")
    assert (result.exit_code, result.output) == (0, "hook (webhook) received it: HTTP 200 ok\n")
    [document] = hook.documents
    assert document["headline"] == "Test of route hook"
    hook.refusals = 1
    result = run("test", "hook")
    assert result.exit_code == 1
    assert "hook (webhook) did not receive it: HTTP 503" in result.output


def test_the_list_says_what_waits_and_why(teller, folder, hook):
    publish(folder / "data", "anomaly", "saving")
    alerts = teller(ALL)
    assert "nothing sent yet" in run("list").output
    alerts.collect(NOW)
    hook.refusals = 1
    alerts.deliver(NOW)
    assert "2 waiting; tried once, last: HTTP 503 down for repairs" in run("list").output
    # the refresh that is late is a third
    assert run("send").exit_code == 0
    assert "waiting" not in run("list").output
    assert "last sent 20" in run("list").output


def test_without_routes_the_command_says_how_to_begin(folder):
    result = run("list")
    assert result.exit_code == 1
    assert "names no route. Copy config/alerts.yaml.example" in (
        explanation(result.exception) or ""
    )


def test_a_mistake_in_the_file_ends_a_refresh_before_it_begins(folder):
    (folder / "config/alerts.yaml").write_text("routes:\n- {name: a}\n")
    settings = Settings(data_dir=folder / "data", config_dir=folder / "config", _env_file=None)
    with pytest.raises(SettingsError, match=r"alerts.yaml, line 2: routes\[0\].channel is missing"):
        DataFolder(settings)


def test_a_refresh_that_fails_at_the_terminal_is_told(teller, folder, hook, monkeypatch):
    def failing(*_):
        raise SettingsError("The bill cannot be read.")

    settings = teller(ALL).settings
    monkeypatch.setattr(refreshing, "DataFolder", failing)
    with pytest.raises(SettingsError):
        refreshing.refresh(settings)
    [document] = hook.documents
    assert document["events"][0]["text"] == "The bill cannot be read."


def test_that_another_refresh_is_running_is_told_to_nobody(teller, folder, hook, monkeypatch):
    def running(*_):
        raise AlreadyRunning("Another refresh is running.")

    settings = teller(ALL).settings
    monkeypatch.setattr(refreshing, "DataFolder", running)
    with pytest.raises(AlreadyRunning):
        refreshing.refresh(settings)
    assert hook.posts == []


def failing_job(error: Exception) -> dg.JobDefinition:
    @dg.op
    def breaking() -> None:
        raise error

    @dg.job(name="refresh_costs")
    def failing() -> None:
        breaking()

    return failing


@pytest.mark.parametrize(("error", "sentence"), [
    (dg.Failure("Atlas answers 401 (Unauthorized): replace the key."),
     "Atlas answers 401 (Unauthorized): replace the key."),
    (MemoryError(), "MemoryError"),
])  # fmt: skip
def test_a_run_that_fails_in_dagster_is_told_with_its_own_sentence(
    error, sentence, teller, folder, hook, caplog
):
    caplog.set_level(logging.CRITICAL)
    teller(ALL)
    with dg.DagsterInstance.ephemeral() as instance:
        result = failing_job(error).execute_in_process(instance=instance, raise_on_error=False)
        failed = result.get_run_failure_event()
        context = dg.build_run_status_sensor_context(
            "refresh_failed", failed, instance, result.dagster_run
        )
        refresh_failed(context.for_run_failure())
    [document] = hook.documents
    assert document["events"][0]["text"] == sentence


def test_the_sensor_looks_at_the_clock_and_at_what_waits(teller, folder, hook):
    publish(folder / "data", "anomaly")
    alerts = teller(ALL)
    alerts.collect(NOW)
    said = alerts_sensor(dg.build_sensor_context())
    assert said.skip_message == "Nothing is waiting."
    kinds = sorted(event["kind"] for each in hook.documents for event in each["events"])
    assert kinds == ["anomaly", "refresh"]


def test_both_sensors_are_off_until_they_are_turned_on():
    for each in (alerts_sensor, refresh_failed):
        assert each.default_status == dg.DefaultSensorStatus.STOPPED


class Folder:
    """A data folder whose marts are finished; publishing makes the file of the test."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def landings(self) -> list[object]:
        return []

    @contextmanager
    def marts(self):
        with duckdb.connect() as db:
            db.execute("create schema marts")
            db.execute(
                "create table marts.agg_invoices (connection varchar, last_posted_usage_date date, "
                "last_billed_date date, last_usage_date date)"
            )
            db.execute(
                "create table marts.fct_invoices (connection varchar, invoice_month date, "
                "status varchar, end_date date)"
            )
            db.execute("create table marts.data_through (data_through date)")
            yield db

    def publish(self, *_: object) -> Published:
        publish(self.settings.data_dir, "saving")
        return Published("000001", self.settings.published_warehouse, 1)


def test_what_is_published_is_told_whoever_published_it(teller, folder, hook, monkeypatch):
    monkeypatch.setattr(freshness.insights, "make_current", lambda _: None)
    settings = teller(ALL).settings
    for _ in range(2):
        assert freshness.publish(Folder(settings)).version == "000001"
    [document] = hook.documents
    assert [event["kind"] for event in document["events"]] == ["saving"]
