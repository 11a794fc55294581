"""Snapshots that are asked for, kept longer or shorter, and deleted."""

from datetime import date, datetime, timedelta

import pytest

from tests.sandbox.acting import API, cluster, free, region, spec

SNAPSHOTS = "/clusters/one/backup/snapshots"
SHARDED = f"{SNAPSHOTS}/shardedCluster"
ASKED = {"description": "before the upgrade", "retentionInDays": 3}


@pytest.fixture
def saved(own):
    """A project with a cluster that is backed up."""
    own.cluster("one", backupEnabled=True)
    return own


def test_a_life(fresh_own) -> None:
    """Queued, in progress, completed: what is not known yet is not there."""
    own = fresh_own(pace=24 * 3600)
    own.cluster("one", backupEnabled=True)
    queued = own.ask("POST", SNAPSHOTS, ASKED, 200).json()
    assert {
        "description": "before the upgrade",
        "frequencyType": "ondemand",
        "policyItems": [],
        "snapshotType": "onDemand",
        "status": "queued",
        "storageSizeBytes": 0,
        "type": "replicaSet",
    }.items() <= queued.items()
    assert not {"createdAt", "cloudProvider", "mongodVersion"} & set(queued)
    path, seen = f"{SNAPSHOTS}/{queued['id']}", [queued]
    for _ in range(2):
        own.sandbox.control("clock", {"days": 1})
        seen.append(own.get(path))
    assert [one["status"] for one in seen] == ["queued", "inProgress", "completed"]
    assert ["createdAt" in one for one in seen] == [False, False, True]
    assert seen[2]["storageSizeBytes"] > 0
    created, expires = (datetime.fromisoformat(seen[2][k]) for k in ("createdAt", "expiresAt"))
    assert expires - created == timedelta(days=3)
    own.sandbox.control("clock", {"days": 1})
    assert own.refused("GET", path)[:2] == (404, "RESOURCE_NOT_FOUND")
    # meanwhile the schedule has taken its own, one a day after the cluster's first
    found = own.get(SNAPSHOTS)["results"]
    assert {one["snapshotType"] for one in found} == {"scheduled"}
    assert len(found) == 3


def test_one_at_a_time(fresh_own) -> None:
    own = fresh_own(pace=1e9)
    own.cluster("one", backupEnabled=True)
    own.ask("POST", SNAPSHOTS, ASKED, 200)
    busy = (400, "UNFINISHED_ON_DEMAND_SNAPSHOT", [])
    assert own.refused("POST", SNAPSHOTS, ASKED) == busy
    own.sandbox.control("pace", {"seconds": 0})
    own.ask("POST", SNAPSHOTS, ASKED, 200)
    assert len(own.get(SNAPSHOTS)["results"]) == 2


def test_what_is_not_there_yet_is_left_alone(fresh_own) -> None:
    own = fresh_own(pace=1e9)
    own.cluster("one", backupEnabled=True)
    snapshot = own.ask("POST", SNAPSHOTS, ASKED, 200).json()["id"]
    path = f"{SNAPSHOTS}/{snapshot}"
    refused = (400, "CANNOT_DELETE_IN_PROGRESS_SNAPSHOT", [snapshot])
    assert own.refused("DELETE", path) == refused
    body = {"retentionUnit": "DAYS", "retentionValue": 9}
    refused = (400, "CANNOT_MODIFY_IN_PROGRESS_SNAPSHOT_RETENTION", [])
    assert own.refused("PATCH", path, body) == refused


def test_a_snapshot_is_kept_longer_and_deleted(saved) -> None:
    path = f"{SNAPSHOTS}/{saved.ask('POST', SNAPSHOTS, ASKED, 200).json()['id']}"
    before = saved.get(path)
    body = {"retentionUnit": "WEEKS", "retentionValue": 2}
    after = saved.ask("PATCH", path, body, 200).json()
    created, expires = (datetime.fromisoformat(after[k]) for k in ("createdAt", "expiresAt"))
    assert expires - created == timedelta(weeks=2)
    assert after == saved.get(path) == before | {"expiresAt": after["expiresAt"]}
    assert saved.ask("DELETE", path, status=204).content == b""
    assert saved.refused("GET", path)[:2] == (404, "RESOURCE_NOT_FOUND")
    assert saved.refused("DELETE", path)[:2] == (404, "RESOURCE_NOT_FOUND")
    assert saved.get(SNAPSHOTS)["results"] == []


def test_the_schedules_snapshots_are_kept_and_deleted_alike(fresh_own) -> None:
    """One that was to go tomorrow stays; another goes today."""
    own = fresh_own()
    groups = own.client.get(f"{API}/groups").json()["results"]
    own.group = next(one["id"] for one in groups if one["name"] == "shop")
    path = "/clusters/shop-prod/backup/snapshots"
    daily = [one for one in own.get(path)["results"] if one["frequencyType"] == "daily"]
    body = {"retentionUnit": "MONTHS", "retentionValue": 1}
    own.ask("PATCH", f"{path}/{daily[-1]['id']}", body, 200)
    own.ask("DELETE", f"{path}/{daily[0]['id']}", status=204)
    own.sandbox.control("clock", {"days": 7})
    left = {one["id"] for one in own.get(path)["results"]}
    assert left & {one["id"] for one in daily} == {daily[-1]["id"]}


def test_a_sharded_clusters_snapshot_has_a_path_of_its_own(own) -> None:
    body = cluster("one", spec(region("M30")), spec(region("M30")), clusterType="SHARDED")
    own.ask("POST", "/clusters", body | {"backupEnabled": True}, 201)
    taken = own.ask("POST", SNAPSHOTS, ASKED, 200).json()
    assert (taken["type"], taken["status"]) == ("shardedCluster", "queued")
    assert len(taken["members"]) == 3
    assert own.get(SNAPSHOTS)["results"] == []
    [listed] = own.get(f"{SNAPSHOTS}/shardedClusters")["results"]
    assert own.get(f"{SHARDED}/{taken['id']}") == listed
    assert own.refused("DELETE", f"{SNAPSHOTS}/{taken['id']}")[0] == 404
    own.ask("DELETE", f"{SHARDED}/{taken['id']}", status=204)
    assert own.get(f"{SNAPSHOTS}/shardedClusters")["results"] == []


def test_snapshots_outlive_their_cluster_if_that_was_wanted(own) -> None:
    """They are read and deleted under its name."""
    ids = {}
    for name in ("kept", "lost"):
        own.cluster(name, backupEnabled=True)
        path = f"/clusters/{name}/backup/snapshots"
        ids[name] = own.ask("POST", path, ASKED, 200).json()["id"]
    own.ask("DELETE", "/clusters/kept", status=202, retainBackups="true")
    own.ask("DELETE", "/clusters/lost", status=202, retainBackups="false")
    path = f"/clusters/kept/backup/snapshots/{ids['kept']}"
    assert own.get(path)["status"] == "completed"
    own.ask("DELETE", path, status=204)
    assert own.get("/clusters/kept/backup/snapshots")["results"] == []
    gone = own.refused("GET", f"/clusters/lost/backup/snapshots/{ids['lost']}")
    assert gone[:2] == (404, "CLUSTER_NOT_FOUND")
    assert own.refused("POST", "/clusters/kept/backup/snapshots", ASKED)[0] == 404


def test_a_pause_or_a_change_leaves_the_old_snapshots_alone(fresh_own) -> None:
    """Only no new ones are taken while it rests."""
    own = fresh_own(today=date(2026, 11, 19))
    groups = own.client.get(f"{API}/groups").json()["results"]
    own.group = next(one["id"] for one in groups if one["name"] == "platform")
    path = "/clusters/search/backup/snapshots"
    before = {one["id"]: one for one in own.get(path)["results"]}
    own.ask("PATCH", "/clusters/search", {"paused": True}, 200)
    own.sandbox.control("clock", {"days": 1})
    after = {one["id"]: one for one in own.get(path)["results"]}
    assert after.items() < before.items()
    assert not any(one["createdAt"].startswith("2026-11-20") for one in after.values())


@pytest.mark.parametrize(
    ("body", "code", "parameter"),
    [
        ({"retentionInDays": 0}, "INVALID_ATTRIBUTE", "retentionInDays"),
        ({"retentionInDays": -1}, "INVALID_ATTRIBUTE", "retentionInDays"),
        ({"retentionInDays": 1.5}, "INVALID_ATTRIBUTE", "retentionInDays"),
        ({"retentionInDays": "7"}, "INVALID_ATTRIBUTE", "retentionInDays"),
    ],
)
def test_what_makes_no_sense_is_named(saved, body, code: str, parameter: str) -> None:
    assert saved.refused("POST", SNAPSHOTS, body) == (400, code, [parameter])


def test_some_clusters_have_no_snapshots(own) -> None:
    """Free ones, flex ones here, and those without backup."""
    own.cluster("one")
    own.ask("POST", "/clusters", free(), 201)
    own.flex("bendy")
    assert own.refused("POST", SNAPSHOTS, ASKED) == (400, "BACKUP_JOB_NOT_FOUND", ["one"])
    path = "/clusters/{}/backup/snapshots"
    refused = own.refused("POST", path.format("free"), ASKED)
    assert refused[:2] == (400, "TENANT_CLUSTER_NOT_SUPPORTED")
    refused = own.refused("POST", path.format("bendy"), ASKED)
    assert refused[:2] == (400, "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API")


def test_a_retention_that_is_over_is_refused(fresh_own) -> None:
    own = fresh_own()
    own.cluster("one", backupEnabled=True)
    path = f"{SNAPSHOTS}/{own.ask('POST', SNAPSHOTS, ASKED, 200).json()['id']}"
    own.sandbox.control("clock", {"days": 2})
    body = {"retentionUnit": "DAYS", "retentionValue": 1}
    refused = own.refused("PATCH", path, body)
    assert refused[:2] == (400, "BACKUP_SNAPSHOT_RETENTION_VALUE_INVALID")
    for change in ({"retentionUnit": "HOURS"}, {"retentionValue": 0}):
        assert own.refused("PATCH", path, body | change)[:2] == (400, "INVALID_ATTRIBUTE")
