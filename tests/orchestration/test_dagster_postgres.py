"""Dagster's history in a real PostgreSQL: nothing of it in SQLite, its password nowhere."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
import sqlalchemy
from dagster_postgres.event_log import PostgresEventLogStorage
from dagster_postgres.utils import DagsterPostgresException

from orchestration.assets.inventory import ATLAS_API
from orchestration.commands import run_history
from orchestration.commands.dagster_home import dagster_instance, fail_dead_runs
from orchestration.commands.run_history import prune
from orchestration.config.dagster_storage import DRIVER
from orchestration.explain import explanation
from orchestration.resources.process import PROCESS_TAG
from orchestration.settings import load_settings
from tests import postgres
from tests.orchestration.test_dagster_home import dead_mark, materialized, runs, started, status


@pytest.fixture(scope="module")
def server():
    with postgres.running() as found:
        yield found


@pytest.fixture
def settings(server, tmp_path, clean_environment, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text(f"{server.password}\n")
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv("ATLAS_COSTS_DAGSTER_POSTGRES_HOST", "127.0.0.1")
    monkeypatch.setenv("ATLAS_COSTS_DAGSTER_POSTGRES_PORT", str(server.port))
    monkeypatch.setenv("ATLAS_COSTS_DAGSTER_POSTGRES_USER", server.user)
    monkeypatch.setenv("ATLAS_COSTS_DAGSTER_POSTGRES_DB", "postgres")
    monkeypatch.setenv("ATLAS_COSTS_DAGSTER_POSTGRES_PASSWORD_FILE", str(secret))
    monkeypatch.setenv("ATLAS_COSTS_DAGSTER_CONCURRENCY", "2")
    return load_settings()


@pytest.fixture
def instance(settings):
    with dagster_instance(settings) as instance:
        yield instance
        for record in instance.get_run_records():
            instance.delete_run(record.dagster_run.run_id)


def table(server, query: str) -> list[tuple]:
    """What a query finds in the database itself."""
    engine = sqlalchemy.create_engine(server.url.replace("postgresql", DRIVER, 1))
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(sqlalchemy.text(query))]
    engine.dispose()
    return found


def test_runs_events_and_schedules_are_in_the_database(instance, server, settings):
    assert isinstance(instance.event_log_storage, PostgresEventLogStorage)
    run = materialized(instance, "2026-05")
    assert table(server, "select run_id, status from runs") == [(run, "SUCCESS")]
    [(events,)] = table(server, f"select count(*) from event_logs where run_id = '{run}'")
    assert events == len(instance.all_logs(run)) > 5
    assert {"jobs", "job_ticks"} <= {
        name for (name,) in table(server, "select table_name from information_schema.tables")
    }
    assert not list(settings.dagster_home.rglob("*.db")), "and none of it in SQLite"


def test_its_password_is_in_no_file_and_no_event(instance, server, settings):
    run = materialized(instance, "2026-05")
    files = [each for each in settings.data_dir.rglob("*") if each.is_file()]
    assert settings.dagster_home / "dagster.yaml" in files
    assert not [each for each in files if server.password.encode() in each.read_bytes()]
    events = table(server, f"select event from event_logs where run_id = '{run}'")
    assert server.password not in str(events)
    assert server.password not in str(instance.get_ref().to_dict())
    assert server.password not in instance.info_str()
    assert server.password not in repr(settings)


def test_runs_are_queued_and_the_atlas_api_has_a_pool(instance):
    found = instance.get_concurrency_config()
    assert found.run_queue_config.max_concurrent_runs == -1
    assert found.pool_config.default_pool_limit == 2
    assert found.pool_config.pool_granularity.value == "run"
    assert instance.event_log_storage.supports_global_concurrency_limits


def test_the_pool_of_atlas_follows_the_setting_at_every_start(settings):
    for limit in (2, 5, 5, 3):
        now = settings.model_copy(update={"dagster_concurrency": limit})
        with dagster_instance(now) as instance:
            [found] = instance.event_log_storage.get_pool_limits()
        assert (found.name, found.limit, found.from_default) == (ATLAS_API, limit, True)


def test_runs_of_killed_processes_are_marked_failed_there_too(instance):
    dead = started(instance, mark=dead_mark())
    assert fail_dead_runs(instance) == [dead]
    assert status(instance, dead) == dg.DagsterRunStatus.FAILURE
    assert instance.get_run_by_id(dead).tags[PROCESS_TAG]


def test_history_is_pruned_by_age_there_too(instance, settings, server, monkeypatch):
    monkeypatch.setattr(run_history, "NEWEST_KEPT", 1)
    first = materialized(instance, "2026-01", "2026-02")
    second = materialized(instance, "2026-02")
    third = materialized(instance, "2026-02")
    home, size = settings.dagster_home, 10**9
    assert prune(instance, home, keep=timedelta(minutes=5), keep_bytes=size) == []
    assert prune(instance, home, keep=timedelta(0), keep_bytes=size) == [second]
    assert runs(instance) == {first, third}
    for name in ("event_logs", "asset_check_executions"):
        found = {run for (run,) in table(server, f"select distinct run_id from {name}")}
        assert found & {first, second, third} == {first, third}


def test_a_server_of_another_time_zone_changes_no_age(instance):
    """Dagster keeps naive times; fourteen hours east, a run of now was of tomorrow."""
    run = materialized(instance, "2026-03")
    [record] = instance.get_run_records(dg.RunsFilter(run_ids=[run]))
    for noted in (record.create_timestamp, record.update_timestamp):
        age = datetime.now(UTC) - noted.replace(tzinfo=UTC)
        assert timedelta(0) <= age < timedelta(minutes=1)


def test_a_database_that_is_not_there_is_one_sentence(settings, monkeypatch):
    monkeypatch.setenv("ATLAS_COSTS_DAGSTER_POSTGRES_PORT", "1")
    monkeypatch.setattr("dagster_postgres.utils.calculate_delay", lambda **_: 0.0)
    with pytest.raises(DagsterPostgresException) as failure, dagster_instance(load_settings()):
        pass
    sentence = explanation(failure.value)
    assert sentence is not None
    assert "ATLAS_COSTS_DAGSTER_POSTGRES_" in sentence
    assert "Connection refused" in sentence
