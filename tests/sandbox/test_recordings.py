"""Answers about what clients make have the fields of those that Atlas gave, and no others.

The recordings lie beside the checkout; without them there is nothing to compare with.
"""

import csv
import json
from pathlib import Path

import pytest

from tests.sandbox.acting import cluster, free

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "recordings" / "exchanges"
GROUP = "/api/atlas/v2/groups/{groupId}"
CLUSTER = f"{GROUP}/clusters/{{clusterName}}"
FLEX = f"{GROUP}/flexClusters/{{name}}"
BACKUP = f"{CLUSTER}/backup"
# Recorded, and left out here: settings that have an API of their own, Atlas's name for servers.
LEFT_OUT = {"advancedConfiguration", "configServerManagementMode", "targetDeploymentItemName"}


@pytest.fixture(scope="module")
def recorded():
    """The fields of each answer to a method and a path, in a state if one is given."""
    if not RECORDINGS.exists():
        pytest.skip("the recordings are not beside this checkout (../shared/recordings)")
    with (RECORDINGS / "index.csv").open() as index:
        rows = [row for row in csv.DictReader(index) if row["status"].startswith("2")]

    def fields(method: str, template: str, state: str | None = None) -> list[set[str]]:
        found = []
        for row in rows:
            is_it = (row["method"], row["path_template"]) == (method, template)
            if is_it and state in (None, row["state"]):
                answer = json.loads((RECORDINGS / row["file"]).read_text())
                if answer["api_version"] != "2023-02-01":  # gone, and another shape
                    found.append(set(answer["body"]))
        assert found
        return found

    return fields


def check(document: dict, recorded: list[set[str]]) -> None:
    """Nothing is invented, and nothing is missing that every recording has."""
    assert set(document) <= set().union(*recorded)
    assert set.intersection(*recorded) - LEFT_OUT <= set(document)


def test_projects(own, recorded) -> None:
    check(own.get(""), recorded("GET", GROUP))
    check(own.ask("PATCH", "", {"tags": []}).json(), recorded("PATCH", GROUP))


def test_clusters(own, recorded) -> None:
    for body in (cluster("one"), free()):
        made = own.ask("POST", "/clusters", body, 201).json()
        check(made, recorded("POST", f"{GROUP}/clusters"))
        check(own.get(f"/clusters/{made['name']}"), recorded("GET", CLUSTER, "IDLE"))


def test_flex_clusters(own, recorded) -> None:
    check(own.flex("bendy"), recorded("GET", FLEX, "CREATING"))
    check(own.get("/flexClusters/bendy"), recorded("GET", FLEX, "UPDATING"))


def test_users(own, recorded) -> None:
    role = {"roleName": "readWrite", "databaseName": "shop"}
    body = {"username": "a", "databaseName": "admin", "password": "12345678", "roles": [role]}
    end = {"deleteAfterDate": "2026-11-25T00:00:00Z"}
    made = own.ask("POST", "/databaseUsers", body | end, 201).json()
    check(made, recorded("POST", f"{GROUP}/databaseUsers"))


def test_the_access_list(own, recorded) -> None:
    own.ask("POST", "/accessList", [{"ipAddress": "1.2.3.4", "comment": "test"}], 201)
    found = own.get("/accessList/1.2.3.4")
    check(found, recorded("GET", f"{GROUP}/accessList/{{entryValue}}"))


def test_backups(own, recorded) -> None:
    own.cluster("one", backupEnabled=True)
    path = "/clusters/one/backup"
    taken = own.ask("POST", f"{path}/snapshots", {"description": "x"}, 200).json()
    check(taken, recorded("POST", f"{BACKUP}/snapshots"))
    done = own.get(f"{path}/snapshots/{taken['id']}")
    check(done, recorded("GET", f"{BACKUP}/snapshots/{{snapshotId}}", "completed"))
    check(own.get(f"{path}/schedule"), recorded("GET", f"{BACKUP}/schedule"))
    target = {"targetClusterName": "one", "targetGroupId": own.group}
    for delivery in ("automated", "download"):
        body = {"deliveryType": delivery, "snapshotId": taken["id"], **target}
        job = own.ask("POST", f"{path}/restoreJobs", body, 200).json()
        check(job, recorded("POST", f"{BACKUP}/restoreJobs"))
        jobs = recorded("GET", f"{BACKUP}/restoreJobs/{{restoreJobId}}")
        check(own.get(f"{path}/restoreJobs/{job['id']}"), jobs)


def test_a_policy(own, recorded) -> None:
    own.sandbox.control("compliance", {"group_id": own.group})
    found = own.get("/backupCompliancePolicy")
    check(found, recorded("GET", f"{GROUP}/backupCompliancePolicy"))
