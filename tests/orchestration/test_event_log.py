"""Dagster's events in our SQLite storage: kept open, yet seen by all who open it anew."""

import queue

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration.commands.dagster_home import prepare
from orchestration.resources import event_log
from orchestration.resources.event_log import OPEN, EventLog
from orchestration.settings import load_settings

KEY = dg.AssetKey("costs")


@dg.asset(name="costs")
def costs() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"cents": 5})


@dg.job
def costs_job():
    pass


@pytest.fixture
def instance(tmp_path, clean_environment, monkeypatch):
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / 'a "quoted" folder'))
    monkeypatch.setenv("DAGSTER_HOME", "")
    prepare(load_settings())
    with dg.DagsterInstance.get() as instance:
        yield instance


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """The databases that an engine was made for."""
    found: list[str] = []
    make = event_log.create_engine

    def create_engine(url, **arguments):
        found.append(url)
        return make(url, **arguments)

    monkeypatch.setattr(event_log, "create_engine", create_engine)
    return found


def seen_by_another(instance: dg.DagsterInstance) -> int:
    """How many materializations a process finds that opens the files as Dagster does."""
    other = SqliteEventLogStorage(instance.event_log_storage._base_dir)
    records = other.fetch_materializations(KEY, limit=1000).records
    for each in records:
        types = [entry.dagster_event_type for entry in other.get_logs_for_run(each.run_id)]
        assert dg.DagsterEventType.RUN_SUCCESS in types
    return len(records)


def test_a_run_opens_its_database_once_and_the_index_not_again(instance, opened):
    assert isinstance(instance.event_log_storage, EventLog)
    run = dg.materialize([costs], instance=instance)
    assert run.success
    assert len(opened) == 1
    assert seen_by_another(instance) == 1


def test_more_runs_than_stay_open_are_all_kept(instance, opened):
    runs = [dg.materialize([costs], instance=instance) for _ in range(OPEN + 2)]
    assert seen_by_another(instance) == len(runs)
    assert len(instance.event_log_storage._engines) == OPEN
    assert len(opened) == len(runs)
    assert instance.all_logs(runs[0].run_id)
    assert len(opened) == len(runs) + 1


def test_who_watches_a_run_in_another_process_hears_each_event_as_it_comes(instance):
    """As Dagster's UI does: it looks when the run's own file changes, not its log beside it."""
    run_id = instance.create_run_for_job(costs_job).run_id
    run = instance.get_run_by_id(run_id)
    instance.report_engine_event("before", run)
    heard = queue.Queue()
    watching = EventLog(instance.event_log_storage._base_dir)
    watching.watch(run_id, None, lambda entry, _: heard.put(entry.message))
    try:
        for message in ("first", "second"):
            instance.report_engine_event(message, run)
            while heard.get(timeout=10) != message:
                pass
    finally:
        watching.dispose()


def test_nothing_stays_open_once_the_instance_is_left(instance):
    dg.materialize([costs], instance=instance)
    instance.dispose()
    assert not instance.event_log_storage._engines
