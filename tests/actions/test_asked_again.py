"""Snapshots and restores asked for again: nothing twice, and nothing old for something new."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.atlas.backups import Backups
from tests.actions.cases import CASES
from tests.actions.conftest import clear_faults
from tests.actions.running import apply, run

NAMELESS = ("create_snapshot", "restore")
EVERY = pytest.mark.parametrize("name", NAMELESS)
ONE = {"create_snapshot": "snapshots/\\w+$", "restore": "restoreJobs/\\w+$"}
ALL = {"create_snapshot": "snapshots$", "restore": "restoreJobs$"}
SEND = {"create_snapshot": "take_snapshot", "restore": "restore"}
FOR_EVER, AT_ONCE = {"seconds": 1e9}, {"seconds": 0}
NOTHING = {"create_snapshot": "NOTHING NEW is taken", "restore": "NOTHING is restored now"}
ERRORS = {
    "rate_limited": {"kind": "status", "status": 429, "error_code": "RATE_LIMITED"},
    "not_on_the_access_list": {
        "kind": "status",
        "status": 403,
        "error_code": "IP_ADDRESS_NOT_ON_ACCESS_LIST",
    },
    "role_taken_away": {"kind": "status", "status": 401, "error_code": "USER_UNAUTHORIZED"},
    "not_json": {"kind": "invalid_json"},
}


def age(by: timedelta) -> None:
    """Let all that was done be done that much earlier."""
    landing = Path(os.environ["ATLAS_COSTS_DATA_DIR"]) / "landing"
    for file in landing.glob("*/actions/*/*.json"):
        record = json.loads(file.read_text())
        record["requested_at"] = earlier(record["requested_at"], by)
        for name in [each for each in record["atlas_ids"] if each.endswith("_asked_at")]:
            record["atlas_ids"][name] = earlier(record["atlas_ids"][name], by)
        file.write_text(json.dumps(record))


def earlier(moment: str, by: timedelta) -> str:
    return (datetime.fromisoformat(moment) - by).isoformat()


def left_under_way(name, stage):
    """A run that did not wait for its end, which has come since."""
    values = CASES[name].prepare(stage)
    stage.sandbox.control("pace", FOR_EVER)
    begun = apply(name, **values, wait_timeout_s=0)
    assert begun.outcome == "in_progress"
    stage.sandbox.control("pace", AT_ONCE)
    return values, begun


@EVERY
@pytest.mark.parametrize("error", ERRORS)
def test_whatever_a_look_is_answered_with_what_was_begun_goes_on(error, name, stage):
    case = CASES[name]
    values, before = case.prepare(stage), case.sent_in(stage.writes())
    look = {"path": f"{stage.project}.*{ONE[name]}", "method": "GET"}
    stage.sandbox.control("faults", {**look, **ERRORS[error]})
    waiting = apply(name, **values)
    assert waiting.outcome == "in_progress", waiting.error
    assert waiting.error_code == ERRORS[error].get("error_code")
    assert "run the same action again to go on waiting" in waiting.error
    clear_faults(stage.sandbox)
    done = apply(name, **values)
    assert (done.outcome, done.result.status.lower()) == ("adopted", "completed")
    assert case.sent_in(stage.writes()) - before == 1


@EVERY
@pytest.mark.parametrize("fault", [{"kind": "act_then_fail", "status": 500}, {"kind": "truncate"}])
def test_neither_the_answer_nor_a_look_is_heard(fault, name, stage, monkeypatch):
    case, send = CASES[name], getattr(Backups, SEND[name])
    values, before = case.prepare(stage), case.sent_in(stage.writes())
    place = f"{stage.project}.*{ALL[name]}"
    stage.sandbox.control("faults", {"path": place, "method": "POST", "times": 1, **fault})

    def then_blind(self, *arguments):
        try:
            return send(self, *arguments)
        finally:
            blind = {"path": place, "method": "GET", "kind": "status", "status": 503}
            stage.sandbox.control("faults", blind)

    monkeypatch.setattr(Backups, SEND[name], then_blind)
    lost = apply(name, **values)
    assert lost.outcome == "in_progress", lost.error
    assert "Whether Atlas took it is not known; run the same action again" in lost.error
    clear_faults(stage.sandbox)
    monkeypatch.setattr(Backups, SEND[name], send)
    assert apply(name, **values).is_good
    assert case.sent_in(stage.writes()) - before == 1


@EVERY
def test_an_end_that_nobody_saw_is_told_once_and_then_another_is_made(name, stage):
    values, begun = left_under_way(name, stage)
    age(timedelta(minutes=50))
    told = apply(name, **values)
    assert (told.outcome, told.result.id) == ("adopted", next(reversed(begun.atlas_ids.values())))
    assert NOTHING[name] in told.plan.summary
    age(timedelta(minutes=11))
    another = apply(name, **values)
    assert another.outcome == "applied", another.plan
    assert another.result.id != told.result.id


def test_a_snapshot_of_some_hours_ago_is_no_backup_of_now(stage):
    values, begun = left_under_way("create_snapshot", stage)
    age(timedelta(hours=2))
    taken = apply("create_snapshot", **values)
    assert taken.outcome == "applied"
    assert taken.result.id != begun.atlas_ids["snapshot_id"]


def test_a_restore_of_some_hours_ago_is_not_begun_anew_over_what_was_written_since(stage):
    values, begun = left_under_way("restore", stage)
    age(timedelta(hours=5))
    told = apply("restore", **values)
    assert (told.outcome, told.result.id) == ("adopted", begun.atlas_ids["restore_job_id"])
    assert f"as of snapshot {values['snapshot_id']}" in told.plan.summary


@EVERY
def test_once_told_another_is_made_where_that_is_asked_for(name, stage):
    values = CASES[name].prepare(stage)
    first = apply(name, **values)
    assert apply(name, **values).outcome == "adopted"
    another = apply(name, **values, again=True)
    assert another.outcome == "applied"
    assert another.result.id != first.result.id


@EVERY
def test_one_that_failed_while_nobody_looked_is_no_result(name, stage):
    fault = {"create_snapshot": "snapshot_fails", "restore": "restore_fails"}[name]
    values = CASES[name].prepare(stage)
    stage.sandbox.control("faults", {"kind": fault, "path": stage.project, "times": 1})
    stage.sandbox.control("pace", FOR_EVER)
    begun = apply(name, **values, wait_timeout_s=0)
    stage.sandbox.control("pace", AT_ONCE)
    another = apply(name, **values)
    assert another.outcome == "applied", another.plan
    assert another.result.id not in begun.atlas_ids.values()


def test_the_latest_snapshot_is_another_once_there_is_a_newer_one(stage):
    at = stage.snapshot()
    first = at.pop("snapshot_id")
    values = {**at, "snapshot_id": "latest", "target_cluster": "one", "confirm": "one"}
    assert apply("restore", **values).result.snapshot_id == first
    assert apply("restore", **values).outcome == "adopted"
    newer = apply("create_snapshot", **at, description="newer").result.id
    restored = apply("restore", **values)
    assert (restored.outcome, restored.result.snapshot_id) == ("applied", newer)


def test_a_target_made_anew_under_its_old_name_has_nothing_restored_yet(stage):
    values = CASES["restore"].prepare(stage)
    assert apply("restore", **values).outcome == "applied"
    leaving = {"project": stage.project, "name": "two", "confirm": "two"}
    assert apply("delete_cluster", **leaving).outcome == "applied"
    stage.cluster("two")
    assert run("restore", **values).outcome == "planned"
    assert apply("restore", **values).outcome == "applied"
