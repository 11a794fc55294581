"""Out of time, or killed with SIGKILL: the same again goes on waiting, and was sent once in all."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import sandbox as sandbox_package
from orchestration.commands.do import exit_code
from tests.actions.cases import CASES, PASSWORD, Stage
from tests.actions.conftest import TODAY, clear_faults, provisioning_key
from tests.actions.running import apply, kept_records
from tests.conftest import ROOT

PROGRAM = str(Path(sys.executable).with_name("atlas-costs"))
PATIENCE_S = 240.0
FOR_EVER = {"seconds": 1e9}
WAITED_FOR = {
    name: each
    for name, each in CASES.items()
    if "cluster" in name or name in {"create_snapshot", "restore"}
}


@pytest.mark.parametrize("case", WAITED_FOR.values(), ids=WAITED_FOR)
def test_out_of_time_it_is_in_progress_and_the_same_again_goes_on(case, stage):
    values = {**case.prepare(stage), "wait_timeout_s": 0}
    before = case.sent_in(stage.writes())
    stage.sandbox.control("pace", FOR_EVER)
    for _ in range(2):
        waiting = apply(case.action, **values)
        assert (waiting.outcome, exit_code(waiting)) == ("in_progress", 3)
        assert "run the same action again to go on waiting" in waiting.error
        assert waiting.atlas_ids
    stage.sandbox.control("pace", {"seconds": 0})
    done = apply(case.action, **values)
    assert done.outcome in {"applied", "adopted", "unchanged"}, done.error
    assert case.sent_in(stage.writes()) - before == 1


@pytest.mark.parametrize("case", WAITED_FOR.values(), ids=WAITED_FOR)
def test_atlas_down_while_it_is_waited_for_is_not_the_end_of_it(case, stage):
    values = case.prepare(stage)
    before = case.sent_in(stage.writes())
    stage.sandbox.control("pace", FOR_EVER)
    assert apply(case.action, **values, wait_timeout_s=0).outcome == "in_progress"
    stage.sandbox.control("faults", {"path": stage.project, "kind": "status", "status": 503})
    failed = apply(case.action, **values)
    assert failed.outcome in {"failed", "in_progress"}
    stage.sandbox.control("pace", {"seconds": 0})
    clear_faults(stage.sandbox)
    assert apply(case.action, **values).is_good
    assert case.sent_in(stage.writes()) - before == 1


# Killed while it waits, its id noted; or while Atlas's answer trickles in, nothing noted yet.
KILLED = {
    "create_cluster": False,
    "update_cluster": False,
    "delete_cluster": False,
    "create_snapshot": False,
    "restore": False,
    "create_snapshot_unheard": True,
    "restore_unheard": True,
}


class Victim:
    """`atlas-costs do … --apply` in a shell and a project of its own, killed in the middle."""

    def __init__(self, name: str, stage: Stage, data: Path) -> None:
        self.case, self.stage = CASES[name.removesuffix("_unheard")], stage
        self.is_unheard = name != self.case.action
        self.values = self.case.prepare(stage)
        self.before = self.case.sent_in(stage.writes())
        self.data = data

    def start(self) -> None:
        """Begin it; the answer to its write never ends where it is to stay unheard."""
        method, end = self.case.write
        if self.is_unheard:
            path = f"{self.stage.project}.*{end}$"
            slow = {"path": path, "method": method, "kind": "slow_body", "seconds": 600}
            self.stage.sandbox.control("faults", slow)
        told = [f"{name}={as_text(each)}" for name, each in self.values.items()]
        environment = {**os.environ, "ATLAS_COSTS_DATA_DIR": str(self.data)}
        self.log = (self.data.parent / f"{self.data.name}.log").open("w")
        self.process = subprocess.Popen(
            [PROGRAM, "do", self.case.action, *told, "--apply"],
            env={**environment, "PYTHONPATH": str(ROOT)},
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def kill(self) -> None:
        """Kill -9, once Atlas has acted and, if it was heard, the id is kept."""
        until = time.monotonic() + PATIENCE_S
        while not (self.is_acted_on() and (self.is_unheard or self.is_noted())):
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, self.said()
            time.sleep(0.05)
        self.end()

    def is_acted_on(self) -> bool:
        return self.case.sent_in(self.stage.writes()) > self.before

    def is_noted(self) -> bool:
        """Whether its record names something that Atlas made or has in hand."""
        ids = [json.loads(each.read_text())["atlas_ids"] for each in self.records()]
        made = {"create_snapshot": "snapshot_id", "restore": "restore_job_id"}
        return any(made.get(self.case.action, "cluster_id") in each for each in ids)

    def records(self) -> list[Path]:
        return sorted(self.data.glob("landing/*/actions/*/*.json"))

    def said(self) -> str:
        self.log.flush()
        return Path(self.log.name).read_text()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.log.close()


def as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@contextmanager
def shell_of(sandbox) -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in provisioning_key(sandbox).variables.items():
            patch.setenv(name, value)
        patch.setenv("ATLAS_COSTS_ENV_FILE", "")
        patch.setenv(PASSWORD, "correct horse battery staple")
        yield patch


@pytest.fixture(scope="module")
def victims(tmp_path_factory, request) -> Iterator[dict[str, Victim]]:
    """Those of this run begun together, killed, and Atlas gone on to the end."""
    names = {getattr(each, "callspec", each).params.get("name") for each in request.session.items
             if each.path == request.path and hasattr(each, "callspec")}  # fmt: skip
    folder = tmp_path_factory.mktemp("killed")
    with sandbox_package.running(seed=7, months=1, today=TODAY, pace=0) as sandbox:
        with shell_of(sandbox) as patch:
            found = {}
            for name in sorted(names & {*KILLED}):
                patch.setenv("ATLAS_COSTS_DATA_DIR", str(folder / name))
                made = apply("create_project", name=f"killed-{name.replace('_', '-')}")
                stage = Stage(sandbox, made.atlas_ids["project_id"], name)
                found[name] = Victim(name, stage, folder / name)
            sandbox.control("pace", FOR_EVER)
            for each in found.values():
                each.start()
            try:
                for each in found.values():
                    each.kill()
            finally:
                for each in found.values():
                    each.end()
        clear_faults(sandbox)
        sandbox.control("pace", {"seconds": 0})
        yield found


@pytest.mark.parametrize("name", KILLED)
def test_killed_in_the_middle_the_same_again_ends_it_with_one_write_in_all(
    name, victims, shell, monkeypatch
):
    victim = victims[name]
    shell(provisioning_key(victim.stage.sandbox))
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(victim.data))
    left = kept_records()[-1]
    assert (left.action, left.outcome, left.applied) == (victim.case.action, "in_progress", True)
    again = apply(victim.case.action, **victim.values)
    assert again.is_good, again.error
    assert victim.case.sent_in(victim.stage.writes()) - victim.before == 1
    if victim.case.action in {"create_snapshot", "restore"}:
        assert (again.outcome, again.result.status.lower()) == ("adopted", "completed")
