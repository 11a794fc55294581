"""When the same asked for again is the same: by what was asked, how it ended, and how long ago."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestration.action_runs.log import ActionLog
from orchestration.actions.backups.restores import RESTORING
from orchestration.actions.backups.snapshots import TAKING
from orchestration.actions.configs import HOW
from orchestration.actions.context import Context
from orchestration.actions.model import Record
from orchestration.actions.registry import ACTIONS
from orchestration.actions.repetition import (
    before,
    before_asking,
    is_newer,
    still_counts,
    unheard,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CREATE = ACTIONS["create_snapshot"].config
ABOUT = {"cluster_id": "c1"}
ASKED = {"project": "shop", "cluster": "one", "description": "nightly"}


def config(**settings):
    return CREATE.model_validate({**ASKED, **settings})


def record(number=1, ago=timedelta(minutes=1), **fields):
    usual = {
        "id": f"2026{number:03}",
        "action": "create_snapshot",
        "connection": "default",
        "target": "shop/one",
        "requested_at": NOW - ago,
        "requested_by": "me",
        "config": config().model_dump(mode="json"),
        "applied": True,
        "outcome": "applied",
        "atlas_ids": {"snapshot_id": "s1"},
    }
    return Record.model_validate({**usual, **fields})


@pytest.fixture
def log(tmp_path) -> ActionLog:
    return ActionLog(tmp_path / "landing")


def context(log) -> Context:
    """All that repetition looks at."""
    none = dict.fromkeys(("client", "password", "prices"))
    return Context(connection="default", org_id="o", history=log, now=lambda: NOW, **none)


def found(log, **settings):
    return before(context(log), TAKING, config(**settings), ABOUT)


def counts(log, kind=TAKING, *, again=False):
    earlier = before(context(log), kind, config(), ABOUT)
    return earlier is not None and still_counts(context(log), kind, earlier, again=again)


def test_nothing_was_asked_before(log):
    assert found(log) is None


DONE, QUEUED = {"status": "completed"}, {"status": "queued"}


@pytest.mark.parametrize(
    ("outcome", "result", "ago", "is_counted"),
    [
        ("applied", DONE, timedelta(minutes=9), True),
        ("adopted", DONE, timedelta(minutes=9), True),
        ("applied", DONE, timedelta(minutes=11), False),
        ("applied", QUEUED, timedelta(minutes=59), True),  # it did not wait
        ("applied", QUEUED, timedelta(minutes=61), False),
        ("in_progress", None, timedelta(minutes=59), True),
        ("in_progress", None, timedelta(minutes=61), False),
        ("failed", None, timedelta(minutes=59), True),  # the wait failed, what Atlas does goes on
        ("failed", None, timedelta(minutes=61), False),
    ],
)
def test_an_end_that_was_told_counts_for_minutes_and_another_for_an_hour(
    outcome, result, ago, is_counted, log
):
    log.keep(record(ago=ago, outcome=outcome, result=result))
    assert found(log).id == "s1"
    assert counts(log) is is_counted


@pytest.mark.parametrize(("hours", "is_counted"), [(5, True), (7, False)])
def test_the_end_of_a_restore_counts_for_hours(hours, is_counted, log):
    """A second one would remove what was written since."""
    begun = {"action": "restore", "outcome": "in_progress", "atlas_ids": {"restore_job_id": "j1"}}
    log.keep(record(ago=timedelta(hours=hours), **begun))
    assert counts(log, RESTORING) is is_counted


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(minutes=9)])
def test_another_may_be_asked_for_once_the_end_was_told(ago, log):
    log.keep(record(ago=ago, outcome="in_progress"))
    assert counts(log, again=True), "it may be this very run's own, which was killed"
    log.keep(record(2, ago=ago))
    assert not counts(log, again=True)


def test_an_end_is_told_once_however_often_it_was_asked_for(log):
    """Asked for every nine minutes, the first snapshot would do for ever."""
    log.keep(record(1, ago=timedelta(minutes=20), outcome="in_progress"))
    for number, ago in enumerate((18, 9, 1), start=2):
        told = {"outcome": "adopted", "applied": False, "result": DONE}
        asked = config(dry_run=False).model_dump(mode="json")
        log.keep(record(number, ago=timedelta(minutes=ago), config=asked, **told))
    assert found(log).told_at == NOW - timedelta(minutes=18)
    assert not counts(log)


def test_a_plan_has_told_nobody_that_it_is_done(log):
    log.keep(record(1, ago=timedelta(minutes=30), outcome="in_progress"))
    log.keep(record(2, outcome="adopted", applied=False, result=DONE))
    assert found(log).told_at is None
    assert counts(log)


def test_a_cluster_made_anew_under_the_old_name_is_another(log):
    log.keep(record(atlas_ids={"snapshot_id": "s1", "cluster_id": "other"}))
    assert found(log) is None
    log.keep(record(2, atlas_ids={"snapshot_id": "s1", **ABOUT}))
    assert found(log).id == "s1"


def test_time_counts_from_the_end_of_a_run_not_from_its_beginning(log):
    log.keep(record(ago=timedelta(minutes=30), duration_s=25 * 60))
    assert counts(log)


@pytest.mark.parametrize("other", [{"applied": False}, {"atlas_ids": {}}, {"connection": "other"}])
def test_what_was_planned_or_refused_or_belongs_elsewhere_does_not_count(other, log):
    log.keep(record(**other))
    assert found(log) is None


def test_another_description_is_another_snapshot_and_how_it_is_asked_for_is_not(log):
    log.keep(record())
    assert found(log, description="weekly") is None
    assert found(log, wait=False, wait_timeout_s=1, dry_run=False, again=True)
    assert {"dry_run", "confirm", "again", "wait", "wait_timeout_s"} == HOW


def test_the_newest_run_counts(log):
    log.keep(record(1, ago=timedelta(minutes=5), atlas_ids={"snapshot_id": "old"}))
    log.keep(record(2, atlas_ids={"snapshot_id": "new"}))
    assert found(log).id == "new"


def test_a_run_replaces_its_own_record_as_it_goes_on(log, tmp_path):
    log.keep(record(outcome="in_progress", atlas_ids={}))
    log.keep(record())
    files = [each for each in (tmp_path / "landing").rglob("*") if each.is_file()]
    assert [each.name for each in files] == ["2026001.create_snapshot.json"]
    assert found(log).id == "s1"


def test_a_record_that_cannot_be_read_is_passed_over(log, tmp_path):
    log.keep(record(1))
    log.keep(record(2))
    [newest] = (tmp_path / "landing").rglob("2026002*")
    newest.write_bytes(newest.read_bytes()[:40])
    assert found(log).id == "s1"


def test_a_connection_may_have_any_name(log):
    log.keep(record(connection="a/b ü"))
    what = config().what
    assert next(log.runs("create_snapshot", "a/b ü", what)).id == "2026001"


OLDER, OLD, NEW = "681d8f8b" + "f" * 16, "681d8f8c" + "0" * 16, "681d8f8d" + "0" * 16
OLD_TOO = "681d8f8c" + "f" * 16


def test_what_was_there_before_is_noted_by_its_last_second():
    at = {"snapshot_id_asked_at": NOW.isoformat()}
    assert before_asking(TAKING, [], NOW).noted == {"snapshot_id_before": "", **at}
    noted = before_asking(TAKING, [OLD, OLDER, OLD_TOO], NOW).newest
    assert noted.split() == [OLD, OLD_TOO]
    assert [is_newer(each, noted) for each in (OLDER, OLD, OLD_TOO, NEW)] == [
        False,
        False,
        False,
        True,
    ]
    assert is_newer("681d8f8c" + "8" * 16, noted)  # of the same second, and not there before
    assert is_newer(OLD, "")


def lost(log):
    return unheard(context(log), TAKING, config(), ABOUT)


def test_a_run_that_never_heard_what_came_of_its_request_is_looked_after(log):
    assert lost(log) is None
    log.keep(record(outcome="in_progress", atlas_ids={"snapshot_id_before": OLD}))
    assert lost(log).newest == OLD
    assert found(log) is None


@pytest.mark.parametrize(("minutes", "seconds"), [(-5, 120), (0, 120), (1, 60), (2, 0), (90, 0)])
def test_what_is_not_listed_yet_is_looked_for_as_long_as_a_list_may_be_behind(minutes, seconds):
    sent = before_asking(TAKING, [], NOW - timedelta(minutes=minutes))
    assert sent.seconds_left(NOW) == seconds


def test_that_time_begins_when_it_was_asked_for_however_often_it_is_looked_for(log):
    ids = dict(before_asking(TAKING, [OLD], NOW - timedelta(seconds=90)).noted)
    log.keep(record(1, outcome="in_progress", atlas_ids=ids, ago=timedelta(seconds=95)))
    log.keep(record(2, outcome="in_progress", atlas_ids=ids, ago=timedelta(seconds=1)))
    assert lost(log).seconds_left(NOW) == 30


@pytest.mark.parametrize(
    "other",
    [
        {"outcome": "failed"},
        {"atlas_ids": {"snapshot_id_before": OLD, "snapshot_id": NEW}},
        {"atlas_ids": {}},
        {"ago": timedelta(hours=2)},
        {"atlas_ids": {"snapshot_id_before": OLD, "cluster_id": "other"}},
    ],
)
def test_a_run_that_was_told_or_is_long_past_is_not(other, log):
    log.keep(
        record(**{"outcome": "in_progress", "atlas_ids": {"snapshot_id_before": OLD}, **other})
    )
    assert lost(log) is None
