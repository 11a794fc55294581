"""Dagster's storage after killed processes and long use, on a real instance in its own folder."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterRunStatus, RunsFilter
from dagster._core.run_coordinator.queued_run_coordinator import QueuedRunCoordinator

from orchestration import alive
from orchestration.assets.inventory import ATLAS_API
from orchestration.commands import dagster_home, leftovers, processes, run_history
from orchestration.commands.dagster_home import OF_OLD, dagster_yaml, fail_dead_runs, prepare
from orchestration.commands.leftovers import sweep
from orchestration.commands.run_history import prune
from orchestration.resources.process import PROCESS_TAG, mark_run, process_tags
from orchestration.settings import load_settings
from orchestration.warehouse.lock import run_lock

OPENS = """
from orchestration.commands.dagster_home import dagster_instance
from orchestration.settings import load_settings
settings = load_settings()
input()
with dagster_instance(settings) as instance:
    print(len(instance.get_runs()))
"""
INVOICES = dg.AssetKey(["atlas", "invoices"])


@dg.job
def work():
    pass


@pytest.fixture
def settings(tmp_path, clean_environment, monkeypatch):
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("DAGSTER_HOME", "")
    return load_settings()


@pytest.fixture
def instance(settings):
    prepare(settings)
    with dg.DagsterInstance.get() as instance:
        yield instance


def dead_mark() -> str:
    """Of a process that was killed."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        written = alive.mark(process.pid)
        assert alive.is_dead(written) is False
        process.kill()
    assert alive.is_dead(written) is True
    return written


def started(instance, *, mark: str | None, status=DagsterRunStatus.STARTED) -> str:
    tags = {PROCESS_TAG: mark} if mark else {}
    return instance.create_run_for_job(work, status=status, tags=tags).run_id


def status(instance, run_id):
    return instance.get_run_by_id(run_id).status


def test_runs_of_killed_processes_are_marked_failed(instance):
    mark = dead_mark()
    dead = [started(instance, mark=mark) for _ in range(11)]
    alive_run = started(instance, mark=alive.mark())
    canceling = started(instance, mark=mark, status=DagsterRunStatus.CANCELING)
    assert set(fail_dead_runs(instance)) == {*dead, canceling}
    assert {status(instance, each) for each in dead} == {DagsterRunStatus.FAILURE}
    assert status(instance, canceling) == DagsterRunStatus.CANCELED
    assert status(instance, alive_run) == DagsterRunStatus.STARTED
    assert fail_dead_runs(instance) == []


def test_first_commands_at_once_wait_for_the_tables_of_dagster(settings):
    starting = [
        subprocess.Popen(
            [sys.executable, "-c", OPENS],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    for each in starting:
        each.stdin.write("\n")
        each.stdin.flush()
    assert [each.communicate(timeout=120)[0] for each in starting] == ["0\n"] * 2


@pytest.mark.parametrize("limits", [[3], [3, 5]])
def test_the_pool_of_atlas_is_limited_before_anything_waits_for_it(settings, limits):
    for limit in limits:
        now = settings.model_copy(update={"dagster_concurrency": limit})
        with dagster_home.dagster_instance(now) as instance:
            found = instance.event_log_storage.get_concurrency_info(ATLAS_API)
    assert found.slot_count == limits[-1]


def test_a_limit_given_in_dagsters_pages_stays(settings):
    with dagster_home.dagster_instance(settings) as instance:
        instance.event_log_storage.set_concurrency_slots(ATLAS_API, 7)
    with dagster_home.dagster_instance(settings) as instance:
        assert instance.event_log_storage.get_concurrency_info(ATLAS_API).slot_count == 7


def test_a_number_given_to_another_process_is_not_the_old_one():
    host, number, _ = alive.mark().split(" ")
    assert alive.is_dead(f"{host} {number} 1@00000000") is True
    assert alive.is_dead(alive.mark()) is False
    assert alive.is_dead(f"elsewhere.example {number} 1@00000000") is None
    assert alive.is_dead("nonsense") is None


@pytest.mark.parametrize("mark", [None, "elsewhere.example 7 1@00000000"])
def test_a_run_that_nobody_can_judge_is_given_up_by_its_age(instance, monkeypatch, mark):
    run = started(instance, mark=mark)
    assert fail_dead_runs(instance) == []
    for name in ("UNMARKED", "ELSEWHERE"):
        monkeypatch.setattr(dagster_home, name, timedelta(0))
    assert fail_dead_runs(instance) == [run]


def test_macs_tell_a_process_by_ps_when_there_is_no_proc(monkeypatch, tmp_path):
    if not Path("/bin/ps").exists():
        pytest.skip("there is no /bin/ps here")
    monkeypatch.setattr(alive, "BOOT", tmp_path / "none")
    assert alive.is_dead(alive.mark()) is False
    assert alive.mark().split(" ")[2]
    assert alive._start_by_ps(2**22 + 1) == ""


def test_a_run_says_which_process_it_is_in(instance):
    run = instance.get_run_by_id(started(instance, mark=None))
    mark_run(instance, run)
    assert instance.get_run_by_id(run.run_id).tags[PROCESS_TAG] == alive.mark()
    ended = work.execute_in_process(instance=instance, tags=process_tags())
    assert instance.get_run_by_id(ended.run_id).tags[PROCESS_TAG] == alive.mark()


def test_the_refresh_waits_for_no_action_and_actions_for_ten(instance):
    assert isinstance(instance.run_coordinator, QueuedRunCoordinator)
    queue = instance.get_concurrency_config().run_queue_config
    assert queue.max_concurrent_runs == -1
    [limit] = queue.tag_concurrency_limits
    assert (limit["key"], limit["value"], limit["limit"]) == ("atlas_costs/kind", "action", 10)


def test_what_an_operator_wrote_into_dagsters_settings_stays(settings):
    config = settings.dagster_home / "dagster.yaml"
    prepare(settings)
    assert config.read_text() == dagster_yaml(settings)
    config.write_text(OF_OLD)
    prepare(settings)
    assert config.read_text() == dagster_yaml(settings)
    config.write_text("telemetry: {enabled: false}\n")
    prepare(settings)
    assert config.read_text() == "telemetry: {enabled: false}\n"


def materialized(instance, *months: str) -> str:
    """A run that has read these months, and checked one thing."""

    @dg.op(out={})
    def read(context):
        for month in months:
            context.log_event(dg.AssetMaterialization(INVOICES, partition=month))
        context.log_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey("invoices"), check_name="ties", passed=True
            )
        )

    @dg.job
    def reading():
        read()

    return reading.execute_in_process(instance=instance).run_id


def runs(instance) -> set[str]:
    return {each.run_id for each in instance.get_runs(RunsFilter())}


@contextmanager
def newest_kept(monkeypatch, count: int):
    with monkeypatch.context() as patch:
        patch.setattr(run_history, "NEWEST_KEPT", count)
        yield


def test_history_is_pruned_by_age_but_not_what_a_month_was_last_read_by(
    instance, settings, monkeypatch
):
    home = settings.dagster_home
    first = materialized(instance, "2026-01", "2026-02")
    second = materialized(instance, "2026-02")
    third = materialized(instance, "2026-02")
    ages = {"keep": timedelta(0), "keep_bytes": 10**9}
    with newest_kept(monkeypatch, 5):
        assert prune(instance, home, **ages) == []
    with newest_kept(monkeypatch, 1):
        assert prune(instance, home, keep=timedelta(days=1), keep_bytes=10**9) == []
        assert prune(instance, home, **ages) == [second]
    assert runs(instance) == {first, third}
    assert not list(home.glob(f"**/{second}*"))
    last_read = {
        each.partition_key: each.run_id
        for each in reversed(instance.fetch_materializations(INVOICES, 10).records)
    }
    assert last_read == {"2026-01": first, "2026-02": third}


def test_history_is_pruned_by_size_and_the_room_is_given_back(instance, settings, monkeypatch):
    home = settings.dagster_home
    made = [materialized(instance, "2026-03") for _ in range(8)]
    before = sum(each.stat().st_size for each in home.rglob("*") if each.is_file())
    with newest_kept(monkeypatch, 2):
        prune(instance, home, keep=timedelta(days=30), keep_bytes=before // 2)
    after = sum(each.stat().st_size for each in home.rglob("*") if each.is_file())
    assert after <= before // 2
    assert set(made[-2:]) <= runs(instance) < set(made)


def test_every_start_clears_away_what_killed_processes_left(settings):
    litter = [
        settings.versions_dir / "atlas_costs-000001-20260101T000000Z.part",
        settings.versions_dir / "atlas_costs-000001-20260101T000000Z.part.wal",
        settings.landing_dir / "default" / "invoices" / "x" / ".5f.json.gz.0123abcd.part",
    ]
    records = settings.landing_dir / "default" / "actions" / "2026-01"
    old, new = records / ".a.json.01234567.part", records / ".b.json.01234567.part"
    kept = settings.versions_dir / "atlas_costs-000001-20260101T000000Z.duckdb"
    for file in (*litter, old, new, kept):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"half")
    two_days_ago = time.time() - 2 * leftovers.DAY_S
    os.utime(old, (two_days_ago, two_days_ago))
    with run_lock(settings.build_dir, "a refresh"):
        sweep(settings)
    assert all(each.exists() for each in litter), "a run at work may be writing them"
    sweep(settings)
    assert not any(each.exists() for each in (*litter, old))
    assert new.exists()
    assert kept.exists()


def test_what_runs_for_months_is_put_in_order_meanwhile(monkeypatch, caplog):
    calls = []

    def put_in_order():
        calls.append(len(calls))
        if len(calls) == 1:
            raise OSError("no room")

    monkeypatch.setattr(processes, "HOUR_S", 0.01)
    monkeypatch.setattr(processes, "POLL_S", 0.01)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as serving:
        monkeypatch.setattr(serving, "poll", lambda: 7 if len(calls) > 2 else None)
        assert processes.wait_for_any([serving], put_in_order) == 7
        serving.kill()
    assert len(calls) == 3
    assert "tried again in an hour" in caplog.text
