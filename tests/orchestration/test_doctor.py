"""The doctor names what is wrong, with one remedy each, and changes nothing."""

import fcntl
import json
import os
import time
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.commands import doctor
from orchestration.commands.doctor import folder, machine
from orchestration.commands.housekeeping import housekeeping
from orchestration.landing.data_format import FORMAT, NewerData, note_format, read_format
from orchestration.refreshing.folder import DataFolder
from orchestration.settings import load_settings
from orchestration.warehouse.lock import run_lock
from orchestration.warehouse.publish import ConnectionStatus, publish


@pytest.fixture
def settings(tmp_path, clean_environment, monkeypatch):
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path / "config"))
    return load_settings()


@pytest.fixture
def connected(settings, sandbox, monkeypatch):
    for name in ("org_id", "public_key", "private_key", "base_url"):
        monkeypatch.setenv(f"MONGODB_ATLAS_{name.upper()}", getattr(sandbox, name))
    return load_settings()


def to_mend() -> dict[str, str]:
    """Check → what it says, of all that is to be mended."""
    return {each.check: each.says for each in doctor.examine() if each.status == "mend"}


def published(settings, *, age: timedelta, missing: list[str]) -> None:
    settings.build_dir.mkdir(parents=True)
    with duckdb.connect(str(settings.marts_file)) as db:
        db.execute("create schema marts")
    at = datetime.now(UTC) - age
    status = ConnectionStatus("shop", at, None, "degraded" if missing else "connected", missing)
    publish(settings.marts_file, settings.versions_dir, settings.published_warehouse, [status])
    note_format(settings.landing_dir)


def test_nothing_is_there_yet(settings, tmp_path):
    runner = CliRunner().invoke(app, ["doctor"])
    assert runner.exit_code == 2
    assert "no Atlas is connected" in runner.output
    assert f"nothing is in {tmp_path / 'data'} yet" in runner.output
    assert to_mend() == {"config": "no Atlas is connected"}
    assert not (tmp_path / "data").exists()


def test_all_is_well(connected):
    connected.config_dir.mkdir()
    published(connected, age=timedelta(hours=1), missing=[])
    done = CliRunner().invoke(app, ["doctor", "--json"])
    document = json.loads(done.output)
    assert (done.exit_code, document["is_well"]) == (0, True)
    checks = {each["check"]: each["status"] for each in document["findings"]}
    for each in ("versions", "config", "data", "disk", "clock", "locks", "freshness"):
        assert checks[each] == "ok", each


def test_every_finding_to_mend_has_a_remedy_of_one_sentence(settings):
    settings.config_dir.mkdir()
    settings.budgets_file.write_text("budgets: 7")
    settings.scenarios_file.write_text("scenarios: 7")
    settings.insight_rules_file.write_text("anomalies: [")
    published(settings, age=timedelta(days=3), missing=["inventory: missing role"])
    found = [each for each in doctor.examine() if each.status == "mend"]
    said = [each.says for each in found]
    for file in ("budgets.yaml", "scenarios.yaml", "insight.yaml"):
        assert any(file in each for each in said), file
    assert "shop: inventory: missing role" in said
    assert any("last read completely" in each for each in said)
    assert all(each.remedy.endswith(".") for each in found)


def test_keys_that_others_can_read(settings, tmp_path, monkeypatch):
    env, token = tmp_path / ".env", settings.data_dir / "tokens" / "a.json"
    token.parent.mkdir(parents=True, mode=0o700)
    for each in (env, token):
        each.touch()
        each.chmod(0o600)
    monkeypatch.setenv("ATLAS_COSTS_ENV_FILE", str(env))
    assert [each.status for each in machine.permissions(settings)] == ["ok"]
    token.chmod(0o640)
    env.chmod(0o644)
    found = list(machine.permissions(settings))
    assert [each.remedy for each in found] == [f"Run `chmod 600 {each}`." for each in (env, token)]


def test_a_folder_that_everybody_can_write_to(settings):
    settings.data_dir.mkdir()
    settings.data_dir.chmod(0o777)
    [found] = machine.permissions(settings)
    assert found.remedy == f"Run `chmod o-w {settings.data_dir}`."


def test_a_read_only_disk_is_named_and_nothing_is_written(settings, monkeypatch):
    published(settings, age=timedelta(hours=1), missing=[])
    (settings.dagster_home).mkdir()
    (settings.dagster_home / "dagster.yaml").touch()
    before = {each: each.stat().st_mtime_ns for each in settings.data_dir.rglob("*")}
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and allowed(path, mode))
    assert "cannot be written to" in to_mend()["permissions"]
    notes = {each.check: each.says for each in doctor.examine() if each.status == "note"}
    assert "needs write access" in notes["runs"]
    assert {each: each.stat().st_mtime_ns for each in settings.data_dir.rglob("*")} == before


def test_who_holds_the_lock(settings):
    published(settings, age=timedelta(hours=1), missing=[])
    with run_lock(settings.build_dir, "refresh"):
        [found] = folder.locks(settings)
        assert (found.status, f"run refresh (process {os.getpid()})" in found.says) == (
            "note",
            True,
        )
    [found] = folder.locks(settings)
    assert found.status == "ok"


def test_looking_at_a_lock_keeps_nobody_from_it(settings):
    published(settings, age=timedelta(hours=1), missing=[])
    list(folder.locks(settings))
    with (settings.build_dir / "run.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_clock_that_is_off(connected, monkeypatch):
    wrong = "This machine's clock is 7 minutes fast by Atlas's: correct it, or dates go wrong."
    monkeypatch.setattr(machine, "clock_warning", lambda _: wrong)
    [found] = machine.clock(connected.connections())
    assert found.says == "This machine's clock is 7 minutes fast by Atlas's"
    assert found.remedy == "Correct it, or dates go wrong."


def test_an_atlas_that_does_not_answer(connected, sandbox, monkeypatch):
    monkeypatch.setenv("MONGODB_ATLAS_BASE_URL", "http://127.0.0.1:9")
    begun = time.monotonic()
    assert to_mend()["clock"] == "http://127.0.0.1:9 does not answer"
    assert time.monotonic() - begun < 20


def test_too_little_room(settings, monkeypatch):
    monkeypatch.setattr(machine, "LEAST_FREE", 10**18)
    [found] = machine.disk(settings)
    assert (found.status, "1000000.0 TB needed" in found.says) == ("mend", True)


def test_what_another_release_published_asks_for_a_refresh(settings, monkeypatch):
    published(settings, age=timedelta(hours=1), missing=[])
    monkeypatch.setattr(folder, "RELEASE", "9.9.9")
    [found, _] = folder.freshness(settings)
    assert (found.status, found.remedy) == ("note", "Run `atlas-costs refresh`.")
    assert "this is 9.9.9" in found.says


def test_data_of_a_newer_release_is_refused_before_anything_is_touched(settings):
    settings.landing_dir.mkdir(parents=True)
    said = json.dumps({"format": FORMAT + 1, "release": "2.3.0"})
    (settings.landing_dir / "format.json").write_text(said)
    with pytest.raises(NewerData, match=r"install 2\.3\.0 or newer"):
        DataFolder(settings)
    assert "written by atlas-costs 2.3.0" in to_mend()["data"]
    done = CliRunner().invoke(app, ["housekeeping", "--apply"])
    assert isinstance(done.exception, NewerData)


def test_the_format_is_noted_by_whoever_writes(settings):
    assert read_format(settings.landing_dir) is None
    with DataFolder(settings).held("refresh"):
        found = read_format(settings.landing_dir)
    assert found is not None
    assert found.format == FORMAT


def test_a_look_that_fails_is_a_finding(settings, monkeypatch):
    def broken(_: object) -> None:
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(machine, "disk", broken)
    assert to_mend()["disk"] == "could not be looked at: RuntimeError: the disk is on fire"


def test_a_dead_run_is_named(settings, monkeypatch):
    import dagster as dg  # noqa: PLC0415  seconds

    from orchestration.commands.dagster_home import prepare  # noqa: PLC0415
    from orchestration.resources.process import PROCESS_TAG  # noqa: PLC0415

    monkeypatch.setenv("DAGSTER_HOME", "")
    prepare(settings)
    with dg.DagsterInstance.get() as instance:
        gone = {PROCESS_TAG: f"{os.uname().nodename} 4194304 never"}
        run = dg.DagsterRun("refresh_costs", status=dg.DagsterRunStatus.STARTED, tags=gone)
        instance.add_run(run)
    [found] = folder.dead_runs(settings)
    assert found.status == "mend"
    assert f"run {run.run_id} of refresh_costs" in found.says
    assert "`atlas-costs housekeeping --apply`" in found.remedy
    housekeeping(settings, apply=True)
    [after] = folder.dead_runs(settings)
    assert after.status == "ok"


def test_its_words_are_on_the_terminal_with_the_remedy_below(settings):
    lines: list[str] = []
    doctor.tell(doctor.examine(), lines.append)
    [at] = [number for number, line in enumerate(lines) if line.startswith("mend ")]
    assert "no Atlas is connected" in lines[at]
    assert lines[at + 1].strip() == "Run `atlas-costs connect`."
