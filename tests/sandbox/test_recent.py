"""Reads that are behind, each on its own; and what is under way with a cluster that is leaving."""

import pytest

from tests.sandbox.acting import Acting

SNAPSHOTS, JOBS = "/clusters/one/backup/snapshots", "/clusters/one/backup/restoreJobs"
USERS, ENTRIES = "/databaseUsers", "/accessList"
USER = {
    "username": "app",
    "databaseName": "admin",
    "password": "correct horse",
    "roles": [{"roleName": "read", "databaseName": "app"}],
}
LEAVING = (400, "CLUSTER_ALREADY_REQUESTED_DELETION")


def lag(own: Acting, path: str, seconds: float = 3600) -> None:
    fault = {"kind": "lag", "method": "GET", "path": f"{own.group}{path}$", "seconds": seconds}
    own.sandbox.control("faults", fault)


def ids(own: Acting, path: str) -> list[str]:
    return [one.get("id") or one.get("cidrBlock") for one in own.get(path)["results"]]


@pytest.fixture
def at_once(fresh_own) -> Acting:
    own = fresh_own(pace=0)
    own.cluster("one", backupEnabled=True)
    return own


def test_a_list_lacks_what_is_new_and_the_single_read_has_it(at_once) -> None:
    lag(at_once, SNAPSHOTS)
    made = at_once.ask("POST", SNAPSHOTS, {"retentionInDays": 1}, 200).json()["id"]
    assert ids(at_once, SNAPSHOTS) == []
    assert at_once.get(f"{SNAPSHOTS}/{made}")["status"] == "completed"


def test_a_single_read_lacks_what_the_list_has(at_once) -> None:
    saved = at_once.ask("POST", SNAPSHOTS, {"retentionInDays": 1}, 200).json()["id"]
    lag(at_once, f"{JOBS}/\\w+")
    body = {"deliveryType": "download", "snapshotId": saved}
    job = at_once.ask("POST", JOBS, body, 200).json()["id"]
    assert ids(at_once, JOBS) == [job]
    assert at_once.refused("GET", f"{JOBS}/{job}")[0] == 404


def test_what_is_gone_is_still_listed(fresh_own) -> None:
    own = fresh_own(pace=0)
    own.ask("POST", USERS, USER, 201)
    own.ask("POST", ENTRIES, [{"cidrBlock": "10.0.0.0/8"}], 201)
    own.sandbox.control("clock", {"days": 1})
    lag(own, USERS)
    lag(own, ENTRIES)
    own.ask("DELETE", f"{USERS}/admin/app", status=204)
    own.ask("DELETE", f"{ENTRIES}/10.0.0.0%2F8", status=204)
    assert own.refused("GET", f"{USERS}/admin/app")[0] == 404
    assert own.refused("GET", f"{ENTRIES}/10.0.0.0%2F8")[0] == 404
    assert [one["username"] for one in own.get(USERS)["results"]] == ["app"]
    assert ids(own, ENTRIES) == ["10.0.0.0/8"]


@pytest.mark.parametrize("path", ["/clusters", "/clusters/one"])
def test_a_deleted_cluster_is_still_seen_by_one_read_of_two(path, fresh_own) -> None:
    own = fresh_own(pace=0)
    own.cluster("one", backupEnabled=True)
    own.sandbox.control("clock", {"days": 1})
    lag(own, path)
    own.ask("DELETE", "/clusters/one", status=202)
    listed = [one["stateName"] for one in own.get("/clusters")["results"]]
    single = own.ask("GET", "/clusters/one")
    if path == "/clusters":
        assert (listed, single.status_code) == (["DELETING"], 404)
    else:
        assert (listed, single.json()["stateName"]) == ([], "DELETING")


def test_nothing_comes_to_its_end_with_a_cluster_that_is_being_deleted(fresh_own) -> None:
    own = fresh_own(pace=1e9)
    own.cluster("one", backupEnabled=True)
    taken = own.ask("POST", SNAPSHOTS, {"retentionInDays": 1}, 200).json()["id"]
    fault = {"kind": "stuck", "method": "DELETE", "path": "/clusters/one"}
    own.sandbox.control("faults", fault)
    own.ask("DELETE", "/clusters/one", status=202)
    own.sandbox.control("pace", {"seconds": 0})
    assert own.state("/clusters/one") == "DELETING"
    assert own.get(f"{SNAPSHOTS}/{taken}")["status"] == "queued"
    assert own.refused("POST", SNAPSHOTS, {"retentionInDays": 1})[:2] == LEAVING
    body = {"deliveryType": "download", "snapshotId": taken}
    assert own.refused("POST", JOBS, body)[:2] == LEAVING


def test_of_what_was_under_way_a_deleted_cluster_keeps_nothing(fresh_own) -> None:
    own = fresh_own(pace=1e9)
    own.cluster("one", backupEnabled=True)
    own.ask("POST", SNAPSHOTS, {"retentionInDays": 1}, 200)
    own.ask("DELETE", "/clusters/one", status=202, retainBackups="true")
    own.sandbox.control("pace", {"seconds": 0})
    assert ids(own, SNAPSHOTS) == []
