"""When the same asked for again is the same: by what was asked, how it ended, and how long ago."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestration.action_log import ActionLog
from orchestration.actions.configs import HOW
from orchestration.actions.context import Context
from orchestration.actions.model import Record
from orchestration.actions.registry import ACTIONS
from orchestration.actions.repetition import before, before_asking, is_newer, unheard

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CREATE = ACTIONS["create_snapshot"].config
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
    return before(context(log), "create_snapshot", config(**settings), "snapshot_id")


def test_nothing_was_asked_before(log):
    assert found(log) is None


@pytest.mark.parametrize(
    ("outcome", "ago", "is_recent"),
    [
        ("applied", timedelta(minutes=9), True),
        ("adopted", timedelta(minutes=9), True),
        ("applied", timedelta(minutes=11), False),
        ("in_progress", timedelta(hours=5), True),
        ("in_progress", timedelta(hours=7), False),
    ],
)
def test_an_end_counts_for_minutes_and_no_end_for_hours(outcome, ago, is_recent, log):
    log.keep(record(ago=ago, outcome=outcome))
    assert (found(log).id, found(log).is_recent) == ("s1", is_recent)


def test_time_counts_from_the_end_of_a_run_not_from_its_beginning(log):
    log.keep(record(ago=timedelta(minutes=30), duration_s=25 * 60))
    assert found(log).is_recent


@pytest.mark.parametrize(
    "other", [{"outcome": "failed"}, {"applied": False}, {"atlas_ids": {}}, {"connection": "other"}]
)
def test_what_failed_planned_or_belongs_elsewhere_does_not_count(other, log):
    log.keep(record(**other))
    assert found(log) is None


def test_another_description_is_another_snapshot_and_how_it_is_asked_for_is_not(log):
    log.keep(record())
    assert found(log, description="weekly") is None
    assert found(log, wait=False, wait_timeout_s=1, dry_run=False)
    assert {"dry_run", "confirm", "wait", "wait_timeout_s"} == HOW


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
    assert log.last("create_snapshot", "a/b ü", what).id == "2026001"


OLDER, OLD, NEW = "681d8f8b" + "f" * 16, "681d8f8c" + "0" * 16, "681d8f8d" + "0" * 16
OLD_TOO = "681d8f8c" + "f" * 16


def test_what_was_there_before_is_noted_by_its_last_second():
    assert before_asking("job", []) == {"job_before": ""}
    noted = before_asking("job", [OLD, OLDER, OLD_TOO])["job_before"]
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
    return unheard(context(log), "create_snapshot", config(), "snapshot_id")


def test_a_run_that_never_heard_what_came_of_its_request_is_looked_after(log):
    assert lost(log) is None
    log.keep(record(outcome="in_progress", atlas_ids={"snapshot_id_before": OLD}))
    assert lost(log) == OLD
    assert found(log) is None


@pytest.mark.parametrize(
    "other",
    [
        {"outcome": "failed"},
        {"atlas_ids": {"snapshot_id_before": OLD, "snapshot_id": NEW}},
        {"atlas_ids": {}},
        {"ago": timedelta(hours=7)},
    ],
)
def test_a_run_that_was_told_or_is_long_past_is_not(other, log):
    log.keep(
        record(**{"outcome": "in_progress", "atlas_ids": {"snapshot_id_before": OLD}, **other})
    )
    assert lost(log) is None
