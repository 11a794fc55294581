"""Snapshots and restore jobs follow the calendar."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

API = "/api/atlas/v2"
GB = 2**30


@pytest.fixture
def at(fresh, signed_in):
    """A project's path and a client of a sandbox whose clock stands at a day, and can be moved."""

    def start(name: str, today: date):
        sandbox = fresh(today=today)
        client = signed_in(sandbox)
        found = client.get(f"{API}/groups").json()["results"]
        [group] = [one["id"] for one in found if one["name"] == name]
        return sandbox, client, f"{API}/groups/{group}"

    return start


def results(client, path: str) -> list[dict]:
    return client.get(path).json()["results"]


def days(snapshots: list[dict]) -> list[date]:
    return [date.fromisoformat(one["createdAt"][:10]) for one in snapshots]


def test_one_a_day_is_kept_a_week_and_some_are_kept_longer(at) -> None:
    """Saturday's for four weeks, that of the first of a month for a year."""
    _, client, group = at("shop", date(2026, 9, 23))
    path = f"{group}/clusters/shop-prod/backup/snapshots"
    found = results(client, path)
    assert Counter(one["frequencyType"] for one in found) == {
        "daily": 6,
        "weekly": 4,
        "monthly": 12,
    }
    assert days(found)[:7] == [date(2026, 9, 23) - timedelta(days=age) for age in range(7)]
    assert days(found) == sorted(days(found), reverse=True)
    for one in found:
        kept = {"daily": 7, "weekly": 28, "monthly": 365}[one["frequencyType"]]
        created, expires = (datetime.fromisoformat(one[k]) for k in ("createdAt", "expiresAt"))
        assert expires - created == timedelta(days=kept)
        assert client.get(f"{path}/{one['id']}").json() == one


def test_a_day_later_there_is_a_new_one_and_the_others_are_as_they_were(at) -> None:
    """Only the oldest daily one is gone."""
    sandbox, client, group = at("shop", date(2026, 9, 23))
    path = f"{group}/clusters/shop-prod/backup/snapshots"
    before = results(client, path)
    sandbox.control("clock", {"days": 1})
    after = results(client, path)
    assert days([one for one in after if one not in before]) == [date(2026, 9, 24)]
    assert days([one for one in before if one not in after]) == [date(2026, 9, 17)]
    gone = next(one for one in before if one not in after)
    assert client.get(f"{path}/{gone['id']}").json()["errorCode"] == "RESOURCE_NOT_FOUND"


def test_a_snapshot_is_smaller_than_the_disk_it_is_of(at) -> None:
    _, client, group = at("shop", date(2026, 9, 23))
    for name, disk in (("shop-prod", 200), ("shop-global", 40)):
        sizes = [
            one["storageSizeBytes"]
            for one in results(client, f"{group}/clusters/{name}/backup/snapshots")
        ]
        assert disk * GB / 3 < min(sizes) < max(sizes) < disk * GB


def test_none_is_taken_while_a_cluster_is_paused(at) -> None:
    """Staging rests at weekends: so none of its backups is a week's."""
    _, client, group = at("shop", date(2026, 9, 23))
    found = results(client, f"{group}/clusters/shop-staging/backup/snapshots")
    assert len(found) > 7
    assert all(day.weekday() < 5 for day in days(found))


def test_a_sharded_clusters_snapshots_have_a_list_and_members_of_their_own(at) -> None:
    """All on one page; the replica sets' list knows none of them."""
    _, client, group = at("analytics", date(2026, 9, 23))
    path = f"{group}/clusters/events/backup/snapshots"
    body = client.get(f"{path}/shardedClusters").json()
    assert set(body) == {"results", "totalCount"}
    assert body["totalCount"] == len(body["results"]) == 22
    newest = body["results"][0]
    assert client.get(f"{path}/shardedCluster/{newest['id']}").json() == newest
    assert [one["replicaSetName"] for one in newest["members"]] == [
        "events-config",
        "events-shard-0",
        "events-shard-1",
    ]
    assert newest["snapshotIds"] == [one["id"] for one in newest["members"]]
    assert results(client, path) == []
    assert results(client, f"{group}/clusters/reports/backup/snapshots/shardedClusters") == []


def test_a_flex_clusters_snapshots_are_of_the_last_evenings(at) -> None:
    """Eight, the oldest first; a dedicated cluster cannot be asked here."""
    _, client, group = at("platform", date(2026, 9, 23))
    path = f"{group}/flexClusters/gateway/backup/snapshots"
    found = results(client, path)
    evenings = [one["scheduledTime"][:10] for one in found]
    assert (len(found), evenings[0], evenings[-1]) == (8, "2026-09-15", "2026-09-22")
    assert client.get(f"{path}/{found[0]['id']}").json() == found[0]
    wrong = client.get(f"{group}/flexClusters/search/backup/snapshots")
    assert wrong.json()["errorCode"] == "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API"
    wrong = client.get(f"{group}/clusters/gateway/backup/snapshots")
    assert wrong.json()["errorCode"] == "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"


def test_a_restore_has_no_status_only_what_became_of_it(at) -> None:
    """In four weeks each ending occurs once; nobody restores into production."""
    _, client, group = at("shop", date(2026, 9, 23))
    path = f"{group}/clusters/shop-prod/backup/restoreJobs"
    found = results(client, path)
    assert not any("status" in one for one in found)
    restores = [one for one in found if one["deliveryType"] != "download"]
    endings = {
        (one["deliveryType"], "finishedAt" in one, one["failed"], one["cancelled"])
        for one in restores
    }
    assert endings == {
        ("automated", True, False, False),
        ("automated", False, True, False),
        ("automated", False, False, True),
        ("pointInTime", True, False, False),
    }
    assert {one["targetClusterName"] for one in restores} == {"shop-staging"}
    for one in found:
        assert client.get(f"{path}/{one['id']}").json() == one


def test_only_a_cluster_with_continuous_backup_is_restored_to_a_point_in_time(at) -> None:
    _, client, group = at("shop", date(2026, 9, 23))
    found = results(client, f"{group}/clusters/shop-global/backup/restoreJobs")
    kinds = Counter(one["deliveryType"] for one in found)
    assert kinds["automated"] == 4
    assert kinds["pointInTime"] == 0


def test_a_download_has_an_address_until_it_expires_and_is_never_finished(at) -> None:
    sandbox, client, group = at("shop", date(2026, 9, 23))
    path = f"{group}/clusters/shop-prod/backup/restoreJobs"
    downloads = [one for one in results(client, path) if one["deliveryType"] == "download"]
    assert [one["expired"] for one in downloads] == [False, True, True, True]
    assert [len(one["deliveryUrl"]) for one in downloads] == [1, 0, 0, 0]
    assert not any("finishedAt" in one for one in downloads)
    sandbox.control("clock", {"days": 5})
    assert client.get(f"{path}/{downloads[0]['id']}").json()["expired"] is True


def test_a_flex_restore_has_a_status(at) -> None:
    """The one that is asked for today still runs."""
    sandbox, client, group = at("platform", date(2026, 9, 20))
    path = f"{group}/flexClusters/gateway/backup/restoreJobs"
    assert Counter(one["status"] for one in results(client, path)) == {"COMPLETED": 3, "FAILED": 1}
    sandbox.control("clock", {"days": 1})
    running = results(client, path)[0]
    assert (running["status"], "restoreFinishedDate" in running) == ("RUNNING", False)
    sandbox.control("clock", {"days": 1})
    assert client.get(f"{path}/{running['id']}").json()["status"] != "RUNNING"


def test_what_restores_are_of_were_snapshots_of_that_day(at) -> None:
    """Those that are still kept are found under the id."""
    _, client, group = at("shop", date(2026, 9, 23))
    cluster = f"{group}/clusters/shop-prod/backup"
    kept = {one["id"]: one["createdAt"] for one in results(client, f"{cluster}/snapshots")}
    newest = results(client, f"{cluster}/restoreJobs")[0]
    assert kept[newest["snapshotId"]] == newest["timestamp"]
