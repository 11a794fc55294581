"""Backups: what they end as, which clusters have them, and what a policy or a window forbids."""

import time
from datetime import UTC, datetime, timedelta

import pytest

import sandbox as sandbox_package
from orchestration.actions.remedies import ROLES
from tests.actions.cases import Stage, new_cluster
from tests.actions.conftest import provisioning_key
from tests.actions.running import apply, job, run

RETENTION = {"onDemandPolicyItem": {"retentionValue": 3, "retentionUnit": "days"}}
NO_BACKUPS = "is a free M0 cluster, and free clusters have no backups"


def test_a_snapshot_that_fails_in_atlas_fails_here(stage):
    at = stage.cluster()
    fault = {"kind": "snapshot_fails", "path": stage.project, "times": 1}
    stage.sandbox.control("faults", fault)
    failed = job("create_snapshot", project=at["project"], cluster=at["name"])
    assert (failed.outcome, failed.error_code) == ("failed", None)
    assert f"Atlas says that snapshot {failed.atlas_ids['snapshot_id']} is failed" in failed.error
    assert apply("create_snapshot", project=at["project"], cluster=at["name"]).is_good


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("restore_fails", "FAILED"),
        ("restore_cancelled", "CANCELLED"),
        ("restore_expires", "EXPIRED"),
    ],
)
def test_a_restore_that_ends_badly_in_atlas_fails_here(fault, status, stage):
    values = {**stage.snapshot(), "target_cluster": "one", "confirm": "one"}
    stage.sandbox.control("faults", {"kind": fault, "path": stage.project, "times": 1})
    failed = job("restore", **values)
    job_id = failed.atlas_ids["restore_job_id"]
    assert failed.outcome == "failed"
    assert f"Atlas says that restore job {job_id} is {status}" in failed.error
    at = {name: values[name] for name in ("project", "cluster")}
    assert run("get_restore_status", **at, job_id=job_id).result.status == status
    # a failed one is not taken for the result of the same asked for again
    assert apply("restore", **values).outcome == "applied"


def test_a_cluster_that_never_gets_ready_is_in_progress_for_ever(stage):
    stage.sandbox.control("faults", {"kind": "stuck", "path": stage.project, "times": 1})
    values = {"project": stage.project, "name": "one", "provider": "AWS", "region": "US_EAST_1"}
    stuck = apply("create_cluster", **values, instance_size="M10", wait_timeout_s=0)
    assert stuck.outcome == "in_progress"
    assert "cluster one is CREATING and was not done after 0 s" in stuck.error


def test_a_download_is_there_and_its_address_is_not_told(stage):
    done = job("restore", **stage.snapshot(), delivery_type="download")
    assert (done.outcome, done.result.status) == ("applied", "COMPLETED")
    assert done.result.has_download
    assert "mongodb.net" not in done.model_dump_json()
    told = done.result.download
    assert f"deliveryUrl of restore job {done.result.id}; until {done.result.expires_at}" in told
    assert done.result.expires_at


@pytest.mark.parametrize("kind", ["M0", "FLEX", "off"])
@pytest.mark.parametrize("action", ["create_snapshot", "restore", "list_snapshots"])
def test_who_has_no_such_backups_is_told_so(action, kind, stage):
    settings = {"backup_enabled": False} if kind == "off" else {"instance_size": kind}
    stage.cluster(**settings)
    more = {"snapshot_id": "latest", "target_cluster": "one", "confirm": "one"}
    values = {"project": stage.project, "cluster": "one", **(more if action == "restore" else {})}
    before = stage.writes()
    record = run(action, **values) if action == "list_snapshots" else apply(action, **values)
    said = {
        ("create_snapshot", "M0"): NO_BACKUPS,
        ("restore", "M0"): NO_BACKUPS,
        ("list_snapshots", "M0"): NO_BACKUPS,
        ("create_snapshot", "FLEX"): "is a flex cluster: Atlas takes and deletes its daily",
        ("restore", "FLEX"): "one has no complete snapshot yet",
        ("create_snapshot", "off"): "backups are off for one: update_cluster with backup_enabled",
        ("restore", "off"): "one has no complete snapshot yet",
    }.get((action, kind))
    assert record.outcome == ("refused" if said else "read")
    assert (said or "0 snapshots of one") in (record.error or record.plan.summary)
    assert stage.writes() == before


def test_a_policy_forbids_short_retention_and_deletion_before_atlas_has_to(stage):
    at = stage.snapshot()
    policy = {"group_id": stage.project, "policy": RETENTION}
    stage.sandbox.control("compliance", policy)
    before = stage.writes()
    short = apply("create_snapshot", project=at["project"], cluster="one", retention_days=2)
    assert short.outcome == "refused"
    assert "retention_days 2 is less than the 3 days" in short.error
    kept = apply("delete_snapshot", **at, confirm="one")
    assert kept.outcome == "refused"
    assert "backup compliance policy (ACTIVE): nobody can delete a snapshot" in kept.error
    assert stage.writes() == before
    long_enough = {"cluster": "one", "retention_days": 3, "description": "long enough"}
    assert apply("create_snapshot", project=at["project"], **long_enough).outcome == "applied"
    info = run("get_backup_info", project=at["project"], cluster="one").result
    assert info.compliance_policy == "ACTIVE"


def shards(count):
    region = {
        "providerName": "AWS",
        "regionName": "US_EAST_1",
        "priority": 7,
        "electableSpecs": {"instanceSize": "M30", "nodeCount": 3},
    }
    return {"replication_specs": [{"regionConfigs": [region]}] * count}


def sharded(stage: Stage, name: str, count: int = 2, **settings) -> dict:
    values = {"project": stage.project, "name": name, **shards(count), **settings}
    made = apply("create_cluster", **values)
    assert made.outcome == "applied", made.error
    return {"project": stage.project, "cluster": name}


def test_a_sharded_cluster_is_saved_described_restored_and_cleaned_up(stage):
    at = sharded(stage, "one")
    taken = job("create_snapshot", **at, description="all shards")
    assert (taken.outcome, taken.result.type) == ("applied", "shardedCluster")
    snapshot = {**at, "snapshot_id": taken.result.id}
    assert run("describe_snapshot", **snapshot).result.description == "all shards"
    assert run("list_snapshots", **at).result.total == 1
    sharded(stage, "two")
    into = {"target_cluster": "two", "confirm": "two"}
    assert job("restore", **snapshot, **into).result.status == "COMPLETED"
    assert job("delete_snapshot", **snapshot, confirm="one").outcome == "applied"
    assert run("list_snapshots", **at).result.total == 0


def test_one_shard_can_be_asked_for_as_a_sharded_cluster(stage):
    made = sharded(stage, "one", count=1, cluster_type="SHARDED")
    again = {"project": stage.project, "name": "one", **shards(1)}
    found = apply("create_cluster", **again)
    assert (found.outcome, found.result.cluster_type) == ("adopted", "SHARDED")
    refused = apply("create_cluster", **again, cluster_type="REPLICASET")
    assert "it exists with cluster_type SHARDED, not REPLICASET" in refused.error
    assert made


def test_a_target_of_other_shards_or_kind_or_asleep_is_refused(stage):
    values = stage.snapshot()
    sharded(stage, "two")
    stage.cluster("bendy", instance_size="FLEX")
    stage.cluster("asleep")
    assert apply("pause_cluster", project=stage.project, name="asleep").is_good
    before = stage.writes()
    for target, said in {
        "two": "two has 2 shards, one has 1",
        "bendy": "bendy is FLEX and one is M10",
        "asleep": "asleep is paused: resume_cluster first",
    }.items():
        refused = apply("restore", **values, target_cluster=target, confirm=target)
        assert refused.outcome == "refused"
        assert said in refused.error
    assert stage.writes() == before


def test_snapshots_that_a_deleted_cluster_left_can_be_described_and_deleted(stage):
    values = stage.snapshot()
    leaving = {"project": stage.project, "name": "one", "confirm": "one", "retain_backups": True}
    assert apply("delete_cluster", **leaving).outcome == "applied"
    assert run("describe_snapshot", **values).outcome == "read"
    assert apply("delete_snapshot", **values, confirm="one").outcome == "applied"


def test_snapshots_that_a_deleted_sharded_cluster_left_are_reached_like_any_other(stage):
    at = sharded(stage, "one")
    taken = apply("create_snapshot", **at, description="before")
    leaving = {"project": stage.project, "name": "one", "confirm": "one", "retain_backups": True}
    assert apply("delete_cluster", **leaving).outcome == "applied"
    values = {**at, "snapshot_id": taken.result.id}
    assert run("list_snapshots", **at).result.total == 1
    for each in (taken.result.id, "latest"):
        assert run("describe_snapshot", **at, snapshot_id=each).result.id == taken.result.id
    missing = {**at, "snapshot_id": "a" * 24, "confirm": "one"}
    assert apply("delete_snapshot", **missing).outcome == "unchanged"
    assert job("delete_snapshot", **values, confirm="one").outcome == "applied"


@pytest.mark.parametrize("snapshot_id", ["a" * 24, "latest"])
def test_a_cluster_that_never_was_is_not_a_snapshot_that_is_gone(snapshot_id, stage):
    at = {"project": stage.project, "cluster": "mian"}
    said = f"Cluster mian does not exist in project {stage.project}, and none of that name has left"
    for record in (
        run("describe_snapshot", **at, snapshot_id=snapshot_id),
        apply("delete_snapshot", **at, snapshot_id="a" * 24, confirm="mian"),
        run("list_snapshots", **at),
    ):
        assert record.outcome == "refused"
        assert said in record.error


@pytest.fixture(scope="module")
def yesterday():
    """A sandbox a day behind this machine: its moments are past, and within the window of both."""
    day = datetime.now(UTC).date() - timedelta(days=1)
    with sandbox_package.running(seed=7, months=1, today=day, pace=0) as sandbox:
        yield sandbox


def test_a_point_in_time_is_restored_within_its_window_only(yesterday, shell):
    shell(provisioning_key(yesterday))
    made = apply("create_project", name="moments")
    stage = Stage(yesterday, made.atlas_ids["project_id"], "moments")
    stage.cluster("plain")
    stage.cluster("one", pit_enabled=True)
    made_at = apply(
        "create_cluster", **new_cluster(stage.project, pit_enabled=True)
    ).result.created_at
    into = {"target_cluster": "one", "confirm": "one"}
    at = {"project": stage.project, "cluster": "one"}
    began, before = datetime.now(UTC), stage.writes()
    refusals = {
        "restore_timestamp is in the future": began + timedelta(days=1),
        "restore_timestamp is before the restore window of 7 days": began - timedelta(days=8),
        f"restore_timestamp is before {made_at}, when one was made": began - timedelta(days=3),
        "restore_timestamp is before 2008": datetime(1999, 1, 1, tzinfo=UTC),
    }
    for said, moment in refusals.items():
        refused = apply("restore", **at, restore_timestamp=moment.isoformat(), **into)
        assert refused.outcome == "refused"
        assert said in refused.error
    off = apply("restore", **{**at, "cluster": "plain"}, restore_timestamp="1700000000", **into)
    assert "pit_enabled is off for plain" in off.error
    assert stage.writes() == before
    time.sleep(1.1)  # until the second after it was made is past
    second = int(datetime.fromisoformat(made_at).timestamp()) + 1
    done = job("restore", **at, restore_timestamp=str(second), **into)
    assert done.outcome == "applied", done.error
    assert done.result.delivery_type == "pointInTime"
    assert done.result.point_in_time == datetime.fromtimestamp(second, UTC)


READS = {
    "get_backup_info": {},
    "list_snapshots": {},
    "describe_snapshot": {"snapshot_id": "latest"},
    "list_restore_jobs": {},
    "get_restore_status": {"job_id": "0123456789abcdef01234567"},
}


@pytest.mark.parametrize("action", READS)
def test_a_question_without_the_role_fails_and_names_the_role(action, stage):
    stage.snapshot()
    stage.sandbox.control("keys", {"key": "provisioning", "roles": ["ORG_MEMBER"]})
    failed = job(action, project=stage.project, cluster="one", **READS[action])
    assert (failed.outcome, failed.error_code) == ("failed", "USER_UNAUTHORIZED")
    assert ROLES[action] in failed.error


@pytest.mark.parametrize("action", READS)
def test_a_question_about_nothing_names_what_is_missing(action, stage):
    stage.cluster()
    asked = {"project": stage.project, "cluster": "one", **READS[action]}
    for changed, said in (
        ({"project": "no-such-project"}, "Project no-such-project does not exist"),
        ({"cluster": "none"}, "none"),
    ):
        refused = job(action, **{**asked, **changed})
        assert refused.outcome == "refused"
        assert said in refused.error


def test_a_question_that_atlas_does_not_answer_is_no_doubt_about_a_change(stage):
    stage.cluster()
    stage.sandbox.control("faults", {"path": "snapshots", "kind": "status", "status": 500})
    failed = job("list_snapshots", project=stage.project, cluster="one")
    assert failed.outcome == "failed"
    assert "Whether Atlas did it" not in failed.error
