"""What a comparable tool gets wrong of backups: a test for each of its eight defects, and more."""

from datetime import UTC, datetime

import pytest

from orchestration.actions.backups.restore_jobs import job_of, status_of
from orchestration.actions.backups.snapshot_state import details_of
from orchestration.actions.registry import ACTIONS
from orchestration.commands import do as doing
from orchestration.settings import load_settings
from tests.actions.running import apply, job, run

MARKS = {"cancelled": False, "failed": False, "expired": False}
JOB_ID = "681d920fcba77569dbe4d3bc"


@pytest.mark.parametrize(
    ("document", "status"),
    [
        (MARKS, "IN_PROGRESS"),
        ({**MARKS, "finishedAt": "2026-01-01T00:00:00Z"}, "COMPLETED"),
        ({**MARKS, "has_download": True}, "COMPLETED"),
        ({**MARKS, "has_download": False}, "IN_PROGRESS"),
        ({**MARKS, "failed": True, "finishedAt": "2026-01-01T00:00:00Z"}, "FAILED"),
        ({**MARKS, "cancelled": True}, "CANCELLED"),
        ({**MARKS, "expired": True}, "EXPIRED"),
        ({"status": "PENDING"}, "PENDING"),
        ({"status": "completed"}, "COMPLETED"),
    ],
)
def test_1_a_restores_status_is_what_its_marks_mean(document, status):
    assert status_of(document) == status


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({}, None),
        ({"deliveryType": "automated"}, None),
        ({"deliveryType": "download"}, "There is no address yet."),
        (
            {"deliveryType": "download", "has_download": True, "expiresAt": "2026-01-01T04:00:00Z"},
            "until 2026-01-01T04:00:00Z",
        ),
        ({"deliveryType": "download", "expired": True, "expiresAt": "T"}, "expired at T: restore"),
    ],
)
def test_1_a_download_says_where_its_address_is_and_until_when(document, told):
    found = job_of({**MARKS, "id": JOB_ID, **document}).download
    assert found == told or told in found


def test_1_a_jobs_timestamp_is_when_the_snapshot_was_taken():
    taken = "2025-05-09T05:25:20Z"
    found = job_of({**MARKS, "id": JOB_ID, "timestamp": taken})
    assert (found.snapshot_taken_at, found.finished_at) == (taken, None)


def test_2_a_snapshots_kind_is_its_snapshot_type():
    document = {"id": "1", "status": "completed", "type": "replicaSet", "snapshotType": "onDemand"}
    found = details_of({**document, "frequencyType": "ondemand"})
    assert (found.snapshot_type, found.type, found.frequency) == (
        "onDemand",
        "replicaSet",
        "ondemand",
    )
    assert details_of({"id": "1", "status": "queued"}).snapshot_type == "unknown"


def test_3_a_restore_never_takes_the_source_for_its_target(stage):
    values = stage.snapshot()
    before = stage.writes()
    refused = apply("restore", **values, confirm="one")
    assert "target_cluster must be given: its data is replaced; say one" in refused.error
    assert stage.writes() == before
    planned = run("restore", **values, target_cluster="one")
    assert "ALL data of " in planned.plan.warnings[0]
    assert "The target is the source itself" in planned.plan.warnings[1]


def test_3_a_snapshot_is_not_deleted_without_being_asked_twice(stage):
    values = stage.snapshot()
    assert "type confirm=one to go on" in apply("delete_snapshot", **values).error
    assert run("describe_snapshot", **values).outcome == "read"


def test_4_a_snapshot_and_a_time_contradict_each_other(stage):
    moment = {"snapshot_id": "latest", "restore_timestamp": "2026-11-20T00:00:00Z"}
    at = {"project": stage.project, "cluster": "one", "target_cluster": "one"}
    assert "exactly one of snapshot_id and" in apply("restore", **at, **moment).error


def test_4_a_time_that_cannot_be_read_is_named(stage):
    at = {"project": stage.project, "cluster": "one", "target_cluster": "one"}
    refused = apply("restore", **at, restore_timestamp="last tuesday")
    assert "restore_timestamp must be a time such as" in refused.error


@pytest.mark.parametrize("text", ["1767268800", "2026-01-01T12:00:00Z", "2026-01-01 13:00+01:00"])
def test_4_a_time_may_be_written_in_several_ways(text, stage):
    config = ACTIONS["restore"].config
    at = {"project": stage.project, "cluster": "one", "target_cluster": "one"}
    read = config.model_validate({**at, "restore_timestamp": text}).restore_timestamp
    assert read == datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_4_a_time_without_a_zone_is_utc_however_it_is_given(stage):
    at = {"project": stage.project, "cluster": "one", "target_cluster": "one"}
    moment = datetime(2026, 1, 1, 12)  # noqa: DTZ001  as YAML makes one
    read = ACTIONS["restore"].config.model_validate({**at, "restore_timestamp": moment})
    assert read.restore_timestamp == datetime(2026, 1, 1, 12, tzinfo=UTC)
    stage.cluster()
    assert "pit_enabled is off" in apply("restore", **at, restore_timestamp=moment).error


def test_4_a_cluster_without_point_in_time_backup_is_refused(stage):
    stage.cluster()
    at = {"project": stage.project, "cluster": "one", "target_cluster": "one"}
    refused = apply("restore", **at, restore_timestamp="2026-11-20T00:00:00Z")
    assert "pit_enabled is off for one, so there is no point in time" in refused.error


def test_4_a_snapshot_that_is_not_complete_is_refused(stage):
    stage.cluster()
    stage.sandbox.control("pace", {"seconds": 1e9})
    at = {"project": stage.project, "cluster": "one"}
    taken = apply("create_snapshot", **at, wait=False)
    values = {"snapshot_id": taken.result.id, "target_cluster": "one", "confirm": "one"}
    refused = apply("restore", **at, **values)
    assert f"snapshot {taken.result.id} is queued, not completed" in refused.error


def test_5_only_one_snapshot_is_taken_at_a_time_and_that_is_said_first(stage):
    stage.cluster()
    stage.sandbox.control("pace", {"seconds": 1e9})
    at = {"project": stage.project, "cluster": "one"}
    assert apply("create_snapshot", **at, description="a", wait=False).outcome == "applied"
    before = stage.writes()
    refused = apply("create_snapshot", **at, description="b")
    assert "Atlas takes one on demand at a time" in refused.error
    assert stage.writes() == before


def test_6_snapshots_of_a_sharded_cluster_are_found(stage):
    region = {"providerName": "AWS", "regionName": "US_EAST_1", "priority": 7}
    region["electableSpecs"] = {"instanceSize": "M30", "nodeCount": 3}
    two = [{"regionConfigs": [region]}] * 2
    made = apply("create_cluster", project=stage.project, name="one", replication_specs=two)
    assert made.is_good, made.error
    at = {"project": stage.project, "cluster": "one"}
    taken = job("create_snapshot", **at)
    assert run("list_snapshots", **at).result.snapshots[0].id == taken.result.id
    described = run("describe_snapshot", **at, snapshot_id=taken.result.id)
    assert described.result.type == "shardedCluster"


def test_7_what_a_compliance_policy_forbids_is_said_before_atlas_has_to(stage):
    values = stage.snapshot()
    stage.sandbox.control("compliance", {"group_id": stage.project, "policy": {}})
    refused = apply("delete_snapshot", **values, confirm="one")
    assert "backup compliance policy" in refused.error
    assert not [each for each in stage.writes() if each[0] == "DELETE"]


def test_8_a_restore_can_be_downloaded_waited_for_and_left_alone(stage):
    values = stage.snapshot()
    assert job("restore", **values, delivery_type="download").result.has_download
    stage.sandbox.control("pace", {"seconds": 1e9})
    into = {"target_cluster": "one", "confirm": "one"}
    begun = apply("restore", **values, **into, wait=False)
    assert (begun.outcome, begun.result.status) == ("applied", "IN_PROGRESS")
    at = {name: values[name] for name in ("project", "cluster")}
    asked = run("get_restore_status", **at, job_id=begun.result.id)
    assert asked.result.status == "IN_PROGRESS"
    stage.sandbox.control("pace", {"seconds": 0})
    done = apply("restore", **values, **into)
    assert (done.outcome, done.result.id) == ("adopted", begun.result.id)


@pytest.mark.parametrize("size", [1, 3])
def test_8_lists_are_read_to_their_end(size, stage):
    values = stage.snapshot()
    at = {name: values[name] for name in ("project", "cluster")}
    for number in range(4):
        assert apply("create_snapshot", **at, description=f"more {number}").is_good
        into = {"target_cluster": "one", "confirm": "one", "delivery_type": "automated"}
        chosen = {"snapshot_id": run("describe_snapshot", **at, snapshot_id="latest").result.id}
        assert apply("restore", **at, **chosen, **into).is_good
    stage.sandbox.control("faults", {"kind": "page_size", "path": "/backup/", "size": size})
    for action, shown in (("list_snapshots", "snapshots"), ("list_restore_jobs", "restore_jobs")):
        listed = run(action, **at, limit=2).result
        assert len(getattr(listed, shown)) == 2
        assert listed.total == (5 if action == "list_snapshots" else 4)


def test_the_live_cluster_decides_whether_there_are_backups(stage):
    stage.cluster("bendy", instance_size="FLEX")
    refused = apply("create_snapshot", project=stage.project, cluster="bendy")
    assert "bendy is a flex cluster" in refused.error


def test_backup_info_tells_schedule_window_and_next_snapshot(stage):
    stage.cluster(pit_enabled=True)
    info = run("get_backup_info", project=stage.project, cluster="one").result
    assert (info.backup_enabled, info.pit_enabled, info.restore_window_days) == (True, True, 7)
    assert info.next_snapshot
    assert {each.frequency for each in info.policies} == {"daily", "weekly", "monthly"}


@pytest.mark.parametrize("kind", ["M0", "FLEX"])
def test_backup_info_refuses_no_tier_and_hints(kind, stage):
    stage.cluster(instance_size=kind)
    info = run("get_backup_info", project=stage.project, cluster="one").result
    assert (info.backup_supported, info.instance_size) == (kind == "FLEX", kind)
    assert info.hint


@pytest.mark.parametrize(
    ("action", "written"),
    [
        ("describe_snapshot", "snapshotId=1"),
        ("create_snapshot", "retentionInDays=3"),
        ("restore", "targetClusterName=two"),
    ],
)
def test_names_of_other_tools_are_understood_or_named(action, written, atlas):
    """A field in camel case is that field; of another name it is none, and the fields are told."""
    at = ["project=shop", "cluster=one"]
    said = doing.run(load_settings(), action, [*at, written], apply=False).error or ""
    known = action == "describe_snapshot"
    assert ("is not a field of it" in said) is not known
