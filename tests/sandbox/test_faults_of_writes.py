"""What goes wrong when something is to be done."""

import httpx
import pytest

from tests.sandbox.acting import API, cluster

SNAPSHOTS = "/clusters/one/backup/snapshots"
JOBS = "/clusters/one/backup/restoreJobs"


@pytest.fixture
def broken(fresh_own):
    """A project, and a way to break what is asked of it next."""
    own = fresh_own()

    def break_it(kind: str, path: str = ".", **fault) -> None:
        own.sandbox.control("faults", [{"kind": kind, "path": path, "times": 1, **fault}])

    return own, break_it


def names(own) -> list[str]:
    return [one["name"] for one in own.get("/clusters")["results"]]


@pytest.mark.parametrize(("status", "code"), [(500, "UNEXPECTED_ERROR"), (403, "X"), (409, "Y")])
def test_a_status_instead_of_doing_it(broken, status: int, code: str) -> None:
    own, break_it = broken
    break_it("status", "/clusters$", method="POST", status=status, error_code=code)
    assert names(own) == []
    refused = own.refused("POST", "/clusters", cluster("one"))
    assert (refused[:2], names(own)) == ((status, code), [])
    own.cluster("one")


def test_done_and_not_told(broken) -> None:
    """The client cannot know; the second attempt finds the name taken."""
    own, break_it = broken
    break_it("act_then_fail", "/clusters$", method="POST", status=502, error_code="GATEWAY")
    assert own.refused("POST", "/clusters", cluster("one"))[:2] == (502, "GATEWAY")
    assert names(own) == ["one"]
    assert own.refused("POST", "/clusters", cluster("one"))[1] == "DUPLICATE_CLUSTER_NAME"


def test_done_and_hung_up(broken) -> None:
    own, break_it = broken
    break_it("act_then_fail", "/clusters$", method="POST", cut=True)
    with pytest.raises(httpx.TransportError):
        own.cluster("one")
    assert names(own) == ["one"]
    log = own.sandbox.control("requests")
    statuses = [one["status"] for one in log if one["method"] == "POST"]
    assert statuses[-1] is None


def test_what_was_refused_does_not_spend_it(broken) -> None:
    """Nor does the challenge to sign in."""
    own, break_it = broken
    break_it("act_then_fail", "/clusters", method="POST")
    assert own.refused("POST", "/clusters", cluster("a b"))[1] == "CLUSTER_NAME_INVALID"
    with httpx.Client(base_url=own.sandbox.base_url, auth=own.client.auth) as new:
        path = f"{API}/groups/{own.group}/clusters"
        headers = dict(own.client.headers)
        assert new.post(path, json=cluster("one"), headers=headers).status_code == 500
    assert names(own) == ["one"]


def test_a_removal_that_is_not_told(broken) -> None:
    own, break_it = broken
    own.flex("bendy")
    break_it("act_then_fail", method="DELETE")
    assert own.refused("DELETE", "/flexClusters/bendy")[0] == 500
    assert own.refused("DELETE", "/flexClusters/bendy")[1] == "CLUSTER_NOT_FOUND"


def test_an_answer_that_is_cut_short_was_still_an_act(broken) -> None:
    own, break_it = broken
    break_it("empty_body", "/clusters$", method="POST")
    assert own.ask("POST", "/clusters", cluster("one"), 201).content == b""
    assert names(own) == ["one"]


def test_a_snapshot_can_fail(broken) -> None:
    """It has no size and can neither be restored nor does it hold up the next one."""
    own, break_it = broken
    own.cluster("one", backupEnabled=True)
    break_it("snapshot_fails")
    failed = own.ask("POST", SNAPSHOTS, {}, 200).json()["id"]
    found = own.get(f"{SNAPSHOTS}/{failed}")
    assert (found["status"], found["storageSizeBytes"]) == ("failed", 0)
    target = {"targetClusterName": "one", "targetGroupId": own.group}
    body = {"deliveryType": "automated", "snapshotId": failed, **target}
    assert own.refused("POST", JOBS, body)[0] == 409
    second = own.ask("POST", SNAPSHOTS, {}, 200).json()["id"]
    assert own.get(f"{SNAPSHOTS}/{second}")["status"] == "completed"
    own.ask("DELETE", f"{SNAPSHOTS}/{failed}", status=204)


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("restore_fails", "failed"),
        ("restore_cancelled", "cancelled"),
        ("restore_expires", "expired"),
    ],
)
def test_a_restore_can_end_badly(broken, kind: str, field: str) -> None:
    own, break_it = broken
    own.cluster("one", backupEnabled=True)
    snapshot = own.ask("POST", SNAPSHOTS, {}, 200).json()["id"]
    target = {"targetClusterName": "one", "targetGroupId": own.group}
    body = {"deliveryType": "automated", "snapshotId": snapshot, **target}
    break_it(kind)
    job = own.ask("POST", JOBS, body, 200).json()
    ended = own.get(f"{JOBS}/{job['id']}")
    assert ended == job | {field: True}
    second = own.ask("POST", JOBS, body, 200).json()
    assert "finishedAt" in own.get(f"{JOBS}/{second['id']}")


def test_a_flex_restore_can_fail(broken) -> None:
    own, break_it = broken
    own.flex("bendy")
    own.sandbox.control("clock", {"days": 3})
    path = "/flexClusters/bendy/backup"
    [snapshot, *_] = own.get(f"{path}/snapshots")["results"]
    break_it("restore_fails")
    body = {"snapshotId": snapshot["id"], "targetDeploymentItemName": "bendy"}
    job = own.ask("POST", f"{path}/restoreJobs", body, 200).json()
    assert own.get(f"{path}/restoreJobs/{job['id']}")["status"] == "FAILED"


@pytest.mark.parametrize("kind", ["clusters", "flexClusters"])
def test_a_cluster_can_be_stuck(broken, kind: str) -> None:
    """In whatever the request began, however long one waits; the next request begins anew."""
    own, break_it = broken
    path = f"/{kind}/one"
    make = own.cluster if kind == "clusters" else own.flex
    break_it("stuck", f"/{kind}$", method="POST")
    make("one")
    own.sandbox.control("clock", {"days": 30})
    assert own.state(path) == "CREATING"
    break_it("stuck", path, method="DELETE")
    own.ask("DELETE", path)
    own.sandbox.control("clock", {"days": 30})
    assert own.state(path) == "DELETING"
    make("two")
    break_it("stuck", "two", method="PATCH")
    own.ask("PATCH", f"/{kind}/two", {"tags": []}, 200)
    assert own.state(f"/{kind}/two") == "UPDATING"
    own.ask("PATCH", f"/{kind}/two", {"tags": []}, 200)
    assert own.state(f"/{kind}/two") == "IDLE"
