"""Restores that are asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.acting import cluster, free, region, spec
from tests.sandbox.conftest import new_project

JOBS = "/clusters/one/backup/restoreJobs"
SNAPSHOTS = "/clusters/one/backup/snapshots"
UNKNOWN = "0" * 24


class Ready:
    """A project with a snapshot and a cluster to restore it into."""

    def __init__(self, own) -> None:
        self.own = own
        own.cluster("one", backupEnabled=True, pitEnabled=True)
        own.cluster("two", backupEnabled=True)
        self.snapshot = own.ask("POST", SNAPSHOTS, {"retentionInDays": 3}, 200).json()["id"]

    def body(self, **changes) -> dict:
        body = {
            "deliveryType": "automated",
            "snapshotId": self.snapshot,
            "targetClusterName": "two",
            "targetGroupId": self.own.group,
            **changes,
        }
        return {name: value for name, value in body.items() if value is not None}

    def start(self, **changes) -> dict:
        return self.own.ask("POST", JOBS, self.body(**changes), 200).json()

    def job(self, job: dict) -> dict:
        return self.own.get(f"{JOBS}/{job['id']}")


@pytest.fixture
def ready(own) -> Ready:
    return Ready(own)


@pytest.fixture
def slow(fresh_own) -> Ready:
    """Jobs here are under way until the pace is changed."""
    ready = Ready(fresh_own())
    ready.own.sandbox.control("pace", {"seconds": 1e9})
    return ready


def now() -> int:
    """The sandbox's own now: its day, at this machine's time of day."""
    day = datetime(2026, 11, 22, tzinfo=UTC)
    time = datetime.now(UTC)
    return int((day + timedelta(hours=time.hour, minutes=time.minute)).timestamp())


def test_a_restore_has_no_status_only_an_end(slow) -> None:
    job = slow.start()
    assert job["id"] in [one["id"] for one in slow.own.get(JOBS)["results"]]
    assert job["targetClusterName"] == "two"
    assert job["targetGroupId"] == slow.own.group
    assert not {"status", "finishedAt", "createdAt"} & set(job)
    assert (job["failed"], job["cancelled"], job["expired"]) == (False, False, False)
    assert slow.job(job) == job
    slow.own.sandbox.control("pace", {"seconds": 0})
    done = slow.job(job)
    assert done["finishedAt"] > done["timestamp"]
    assert done == job | {"finishedAt": done["finishedAt"]}


def test_a_restore_into_another_project(ready, quick) -> None:
    other = new_project(*quick)
    other.cluster("elsewhere")
    job = ready.start(targetGroupId=other.group, targetClusterName="elsewhere")
    assert (job["targetGroupId"], job["targetClusterName"]) == (other.group, "elsewhere")
    assert "finishedAt" in ready.job(job)


def test_a_download_has_an_address_for_some_hours(fresh_own) -> None:
    """It is never finished."""
    ready = Ready(fresh_own())
    job = ready.start(deliveryType="download", targetClusterName=None, targetGroupId=None)
    assert (job["deliveryUrl"], "targetClusterName" in job) == ([], False)
    there = ready.job(job)
    assert len(there["deliveryUrl"]) == 1
    assert "finishedAt" not in there
    ready.own.sandbox.control("clock", {"days": 1})
    over = ready.job(job)
    assert (over["deliveryUrl"], over["expired"]) == ([], True)


def test_a_restore_to_a_moment(fresh_own) -> None:
    """Of the restore window, and not before there was a cluster."""
    own = fresh_own()
    ready = Ready(own)
    own.sandbox.control("clock", {"days": 9})
    wanted = now() + 9 * 24 * 3600 - 120
    moment = {"deliveryType": "pointInTime", "snapshotId": None}
    job = ready.start(**moment, pointInTimeUTCSeconds=wanted)
    assert job["pointInTimeUTCSeconds"] == wanted
    assert "finishedAt" in ready.job(job)
    for second in (wanted + 24 * 3600, wanted - 8 * 24 * 3600):
        body = ready.body(**moment, pointInTimeUTCSeconds=second)
        refused = own.refused("POST", JOBS, body)
        assert refused == (400, "INVALID_PIT_RESTORE_TIME", ["pointInTimeUTCSeconds"])
    own.ask("PATCH", "/clusters/one/backup/schedule", {"restoreWindowDays": 30}, 200)
    ready.start(**moment, pointInTimeUTCSeconds=wanted - 8 * 24 * 3600)
    body = ready.body(**moment, pointInTimeUTCSeconds=wanted - 20 * 24 * 3600)
    assert own.refused("POST", JOBS, body)[1] == "INVALID_PIT_RESTORE_TIME"


def test_a_moment_takes_continuous_backup(ready) -> None:
    body = ready.body(deliveryType="pointInTime", pointInTimeUTCSeconds=now())
    path = "/clusters/two/backup/restoreJobs"
    refused = ready.own.refused("POST", path, body)
    assert refused == (400, "CONTINUOUS_CLOUD_BACKUP_NOT_ENABLED", ["two"])


def test_a_restore_under_way_can_be_cancelled(slow) -> None:
    """Once it has ended it cannot; meanwhile no other begins."""
    job, path = slow.start(), f"{JOBS}/{{}}"
    refused = slow.own.refused("POST", JOBS, slow.body())
    assert refused == (409, "ATLAS_CLUSTER_RESTORE_IN_PROGRESS", ["two"])
    assert slow.own.ask("DELETE", path.format(job["id"]), status=204).content == b""
    cancelled = slow.job(job)
    assert (cancelled["cancelled"], "finishedAt" in cancelled) == (True, False)
    slow.own.sandbox.control("pace", {"seconds": 0})
    for one in (job, slow.start()):
        refused = slow.own.refused("DELETE", path.format(one["id"]))
        assert refused == (400, "CANNOT_CANCEL_AUTOMATED_RESTORE", [one["id"]])
    assert slow.own.refused("DELETE", path.format(UNKNOWN))[0] == 404


@pytest.mark.parametrize(
    ("delivery", "code"),
    [
        ("automated", "CANNOT_START_RESTORE_JOB_FOR_INCOMPLETE_CLUSTER_SNAPSHOT"),
        ("download", "CANNOT_DOWNLOAD_INCOMPLETE_SNAPSHOT"),
    ],
)
def test_a_snapshot_must_be_there(slow, delivery: str, code: str) -> None:
    slow.snapshot = slow.own.ask("POST", SNAPSHOTS, {"retentionInDays": 3}, 200).json()["id"]
    body = slow.body(deliveryType=delivery)
    assert slow.own.refused("POST", JOBS, body)[:2] == (409, code)


def test_a_snapshot_that_outlives_its_cluster_is_restored(ready) -> None:
    ready.own.ask("DELETE", "/clusters/one", status=202, retainBackups="true")
    assert "finishedAt" in ready.job(ready.start())


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"deliveryType": None}, 400, "MISSING_ATTRIBUTE"),
        ({"deliveryType": "post"}, 400, "INVALID_ATTRIBUTE"),
        ({"snapshotId": None}, 400, "MISSING_ATTRIBUTE"),
        ({"snapshotId": UNKNOWN}, 404, "INVALID_SNAPSHOT_ID"),
        ({"targetClusterName": None}, 400, "MISSING_ATTRIBUTE"),
        ({"targetClusterName": "none"}, 404, "CLUSTER_NOT_FOUND"),
        ({"targetClusterName": "free"}, 400, "INVALID_ATTRIBUTE"),
        ({"targetClusterName": "bendy"}, 400, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"),
        ({"targetClusterName": "sharded"}, 400, "CANNOT_RESTORE_TO_DIFFERENT_TOPOLOGY"),
        ({"targetClusterName": "asleep"}, 400, "CLUSTER_PAUSED_CANNOT_RESTORE"),
        ({"targetGroupId": None}, 400, "MISSING_ATTRIBUTE"),
        ({"targetGroupId": UNKNOWN}, 404, "GROUP_NOT_FOUND"),
    ],
)
def test_what_makes_no_sense_is_refused(ready, changes, status: int, code: str) -> None:
    own = ready.own
    own.ask("POST", "/clusters", free(), 201)
    own.flex("bendy")
    own.cluster("asleep")
    shards = cluster("sharded", spec(region("M30")), spec(region("M30")), clusterType="SHARDED")
    own.ask("POST", "/clusters", shards, 201)
    own.ask("PATCH", "/clusters/asleep", {"paused": True}, 200)
    assert own.refused("POST", JOBS, ready.body(**changes))[:2] == (status, code)
    assert own.get(JOBS)["results"] == []


def test_nothing_is_restored_into_what_is_being_deleted(slow) -> None:
    slow.own.ask("DELETE", "/clusters/two")
    refused = slow.own.refused("POST", JOBS, slow.body())
    assert refused == (400, "CLUSTER_ALREADY_REQUESTED_DELETION", ["two"])


def test_jobs_are_listed_newest_first(fresh_own) -> None:
    """Those that were asked for among those that production practises."""
    own = fresh_own()
    groups = own.client.get("/api/atlas/v2/groups").json()["results"]
    own.group = next(one["id"] for one in groups if one["name"] == "shop")
    path = "/clusters/shop-prod/backup"
    snapshot = own.get(f"{path}/snapshots")["results"][0]["id"]
    target = {"targetClusterName": "shop-global", "targetGroupId": own.group}
    body = {"deliveryType": "automated", "snapshotId": snapshot, **target}
    asked = own.ask("POST", f"{path}/restoreJobs", body, 200).json()["id"]
    own.sandbox.control("clock", {"days": 1})  # to a Monday
    found = [one["id"] for one in own.get(f"{path}/restoreJobs")["results"]]
    assert found.index(asked) == 2
    assert [one[:8] for one in found] == sorted((one[:8] for one in found), reverse=True)


def test_a_key_restores_into_what_it_may_only(fresh_own) -> None:
    """The maker of one project is nobody in the next."""
    own = fresh_own()
    ready = Ready(own)
    groups = own.client.get("/api/atlas/v2/groups").json()["results"]
    shop = next(one["id"] for one in groups if one["name"] == "shop")
    roles = ["ORG_READ_ONLY", "ORG_GROUP_CREATOR"]
    own.sandbox.control("keys", {"key": "provisioning", "roles": roles})
    body = ready.body(targetGroupId=shop, targetClusterName="shop-global")
    assert own.refused("POST", JOBS, body)[:2] == (403, "CANNOT_RESTORE_TO_TARGET")
    ready.start()


def test_a_flex_restore_has_a_status(fresh_own) -> None:
    own = fresh_own(pace=24 * 3600)
    own.flex("bendy")
    own.flex("target")
    own.sandbox.control("clock", {"days": 3})
    [snapshot, *_] = own.get("/flexClusters/bendy/backup/snapshots")["results"]
    jobs = "/flexClusters/bendy/backup/restoreJobs"
    body = {"snapshotId": snapshot["id"], "targetDeploymentItemName": "target"}
    seen = [own.ask("POST", jobs, body, 200).json()]
    for _ in range(2):
        own.sandbox.control("clock", {"days": 1})
        seen.append(own.get(f"{jobs}/{seen[0]['id']}"))
    assert [one["status"] for one in seen] == ["PENDING", "RUNNING", "COMPLETED"]
    assert ["restoreFinishedDate" in one for one in seen] == [False, False, True]
    assert seen[2]["snapshotFinishedDate"] == snapshot["finishTime"]
    assert seen[2]["targetDeploymentItemName"] == "target"
    assert [one["id"] for one in own.get(jobs)["results"]] == [seen[0]["id"]]
    for change, code in (
        ({"snapshotId": UNKNOWN}, "INVALID_SNAPSHOT_ID"),
        ({"targetDeploymentItemName": "none"}, "CLUSTER_NOT_FOUND"),
        ({"targetProjectId": UNKNOWN}, "GROUP_NOT_FOUND"),
    ):
        assert own.refused("POST", jobs, body | change)[:2] == (404, code)
