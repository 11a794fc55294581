"""Backup schedules, and policies that bind them."""

import httpx
import pytest

from tests.sandbox.acting import API

SCHEDULE = "/clusters/one/backup/schedule"
SNAPSHOTS = "/clusters/one/backup/snapshots"


@pytest.fixture
def saved(own):
    own.cluster("one", backupEnabled=True)
    return own


def item(kind: str, unit: str, value: int) -> dict:
    return {
        "frequencyInterval": 1,
        "frequencyType": kind,
        "retentionUnit": unit,
        "retentionValue": value,
    }


def test_a_schedule_says_what_is_taken_and_when(saved) -> None:
    found = saved.get(SCHEDULE)
    assert found["clusterName"] == "one"
    assert found["nextSnapshot"][:10] == "2026-11-23"
    time = f"T{found['referenceHourOfDay']:02}:{found['referenceMinuteOfHour']:02}:"
    assert time in found["nextSnapshot"]
    [policy] = found["policies"]
    kept = [(one["frequencyType"], one["retentionValue"]) for one in policy["policyItems"]]
    assert kept == [("daily", 7), ("weekly", 4), ("monthly", 12)]
    assert found["restoreWindowDays"] == 7


def test_only_what_is_sent_changes(saved) -> None:
    before = saved.get(SCHEDULE)
    after = saved.ask("PATCH", SCHEDULE, {"restoreWindowDays": 3}, 200).json()
    assert after == saved.get(SCHEDULE) == before | {"restoreWindowDays": 3}
    policy = {"id": before["policies"][0]["id"], "policyItems": [item("daily", "days", 9)]}
    after = saved.ask("PATCH", SCHEDULE, {"policies": [policy]}, 200).json()
    [found] = after["policies"][0]["policyItems"]
    assert policy["policyItems"][0].items() <= found.items()
    assert after["restoreWindowDays"] == 3


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"referenceHourOfDay": 24}, "INVALID_ATTRIBUTE"),
        ({"restoreWindowDays": 0}, "INVALID_ATTRIBUTE"),
        ({"policies": []}, "INVALID_NUM_OF_POLICIES"),
        ({"policies": [{"id": "0" * 24, "policyItems": []}]}, "INVALID_POLICY_ID"),
        ({"policies": [{"policyItems": [item("daily", "eons", 9)]}]}, "INVALID_ATTRIBUTE"),
    ],
)
def test_what_makes_no_sense_is_refused(saved, body: dict, code: str) -> None:
    before = saved.get(SCHEDULE)
    assert saved.refused("PATCH", SCHEDULE, body)[:2] == (400, code)
    assert saved.get(SCHEDULE) == before


def test_without_backup_there_is_no_schedule(own) -> None:
    own.cluster("one")
    for method in ("GET", "PATCH"):
        refused = own.refused(method, SCHEDULE, {})
        assert refused == (404, "BACKUP_CONFIG_NOT_FOUND", ["one", own.group])


@pytest.mark.parametrize("version", ["2023-01-01", "2024-08-05"])
def test_both_versions_are_there(saved, version: str) -> None:
    headers = {"Accept": f"application/vnd.atlas.{version}+json"}
    path = f"{API}/groups/{saved.group}{SCHEDULE}"
    for answer in (
        saved.client.get(path, headers=headers),
        saved.client.patch(path, headers=headers, json={}),
    ):
        assert answer.headers["content-type"].startswith(headers["Accept"])


def bind(own, **policy) -> None:
    own.sandbox.control("compliance", {"group_id": own.group, "policy": policy})


def test_a_project_has_no_policy_until_one_is_in_force(own) -> None:
    assert own.get("/backupCompliancePolicy") == {}
    bind(own)
    found = own.get("/backupCompliancePolicy")
    assert (found["state"], found["projectId"]) == ("ACTIVE", own.group)
    own.sandbox.control("compliance", {"group_id": own.group, "policy": None})
    assert own.get("/backupCompliancePolicy") == {}


def test_a_policy_forbids_to_delete_and_to_shorten(saved) -> None:
    """What makes it longer is allowed; a cluster goes if its snapshots stay."""
    path = f"{SNAPSHOTS}/{saved.ask('POST', SNAPSHOTS, {'retentionInDays': 5}).json()['id']}"
    bind(saved)
    code = "CANNOT_{}_WITH_BACKUP_COMPLIANCE_POLICY".format
    assert saved.refused("DELETE", path) == (400, code("DELETE_SNAPSHOT"), [])
    body = {"retentionUnit": "DAYS", "retentionValue": 4}
    assert saved.refused("PATCH", path, body)[1] == code("DECREASE_SNAPSHOT_RETENTION")
    saved.ask("PATCH", path, body | {"retentionValue": 6}, 200)
    shorter = {"restoreWindowDays": 6}
    assert saved.refused("PATCH", SCHEDULE, shorter)[1] == code("DECREASE_PIT_WINDOW")
    fewer = {"policies": [{"policyItems": [item("daily", "days", 7)]}]}
    refused = saved.refused("PATCH", SCHEDULE, fewer)
    assert refused[1] == "BACKUP_POLICY_NOT_MEETING_BACKUP_COMPLIANCE_POLICY_REQUIREMENTS"
    off = {"backupEnabled": False}
    assert saved.refused("PATCH", "/clusters/one", off)[1] == code("DISABLE_CLOUD_BACKUP")
    assert saved.refused("DELETE", "/clusters/one")[1] == code("DELETE_SNAPSHOT")
    saved.ask("DELETE", "/clusters/one", status=202, retainBackups="true")


def test_a_policy_can_ask_for_a_retention(saved) -> None:
    bind(saved, onDemandPolicyItem=item("ondemand", "weeks", 1))
    refused = saved.refused("POST", SNAPSHOTS, {"retentionInDays": 6})
    assert refused == (400, "SNAPSHOT_RETENTION_LESS_THAN_BACKUP_COMPLIANCE_POLICY", [])
    saved.ask("POST", SNAPSHOTS, {"retentionInDays": 7}, 200)


def test_a_policy_binds_a_project_that_is_there(quick) -> None:
    url = f"{quick[0].base_url}/sandbox/compliance"
    answer = httpx.post(url, json={"group_id": "0" * 24})
    assert answer.status_code == 400
    assert "no project" in answer.json()["error"]
