"""Every answer about what clients make is what Atlas's specification describes.

As in `test_specification`, whose repairs hold here too; what the recordings know better is named.
"""

import re

import httpx
import pytest

from sandbox import running
from sandbox.operations.reads import Operation
from sandbox.operations.writes import PROVISIONING
from tests.sandbox.acting import Acting, cluster, free, region, spec
from tests.sandbox.conftest import TODAY, new_project, provisioner
from tests.sandbox.test_specification import VERSIONED, problems, schemas  # noqa: F401

NAMES = {one.name: one for one in PROVISIONING}
# Recorded: 201 where the specification says 200, 202 where it says 204.
STATUSES = {"createGroup": "200", "createGroupAccessListEntry": "200", "deleteGroup": "204"}
# Recorded, and of public clients, but not in our part of the specification.
UNSPECIFIED = {"upgradeGroupClusterTenantUpgrade", "tenantGroupFlexClusterUpgrade"}
# Recorded, and not in the specification.
KNOWN_BETTER = ("frequencyType: 'ondemand' is not", "onDemandPolicyItem: None is not")
USER = {
    "username": "app",
    "databaseName": "admin",
    "password": "correct horse battery",
    "roles": [{"roleName": "readWrite", "databaseName": "shop"}],
}
RESTORE = {"deliveryType": "automated", "targetClusterName": "one"}


def played(quick) -> dict[str, tuple[Operation, httpx.Response]]:
    """Each operation, asked for once with success."""
    own = new_project(*quick)
    found = {}

    def play(name: str, path: str, body=None) -> dict:
        operation = NAMES[name]
        answer = own.ask(operation.method, path, body, operation.status)
        assert re.fullmatch(template(operation), answer.request.url.path)
        found[name] = operation, answer
        return answer.json() if answer.content else {}

    _play_project(play, own, found)
    _play_clusters(play)
    _play_backups(play, own)
    _play_endings(play, own)
    return found


def template(operation: Operation) -> str:
    return re.sub(r"\\{\w+\\}", ".+", re.escape(operation.path))


def _play_project(play, own: Acting, found: dict) -> None:
    """What a project is, and who may connect to it."""
    body = {"name": f"made-{own.group}", "orgId": own.sandbox.org_id}
    answers = {
        "createGroup": own.client.post("/api/atlas/v2/groups", json=body),
        "getGroupByName": own.client.get(f"/api/atlas/v2/groups/byName/made-{own.group}"),
    }
    found |= {name: (NAMES[name], answer) for name, answer in answers.items()}
    play("updateGroup", "", {"tags": [{"key": "env", "value": "test"}]})
    play("createGroupDatabaseUser", "/databaseUsers", USER)
    play("listGroupDatabaseUsers", "/databaseUsers")
    play("getGroupDatabaseUser", "/databaseUsers/admin/app")
    play("updateGroupDatabaseUser", "/databaseUsers/admin/app", {"scopes": []})
    play("createGroupAccessListEntry", "/accessList", [{"ipAddress": "1.2.3.4", "comment": "x"}])
    play("listGroupAccessListEntries", "/accessList")
    play("getGroupAccessListEntry", "/accessList/1.2.3.4")


def _play_clusters(play) -> None:
    backup = {"backupEnabled": True, "pitEnabled": True}
    play("listGroupClusterProviderRegions", "/clusters/provider/regions")
    play("createGroupCluster", "/clusters", free())
    play("createGroupCluster", "/clusters", cluster("one", **backup))
    shards = cluster("many", spec(region("M30")), spec(region("M30")), clusterType="SHARDED")
    play("createGroupCluster", "/clusters", shards | backup)
    play("updateGroupCluster", "/clusters/one", {"tags": [{"key": "a", "value": "b"}]})
    settings = {"backingProviderName": "AWS", "regionName": "US_EAST_1"}
    body = {"name": "bendy", "providerSettings": settings}
    play("createGroupFlexCluster", "/flexClusters", body)
    play("updateGroupFlexCluster", "/flexClusters/bendy", {"tags": []})


def _play_backups(play, own: Acting) -> None:
    snapshots, jobs = "/clusters/one/backup/snapshots", "/clusters/one/backup/restoreJobs"
    play("getGroupClusterBackupSchedule", "/clusters/one/backup/schedule")
    play("updateGroupClusterBackupSchedule", "/clusters/one/backup/schedule", {})
    own.sandbox.control("compliance", {"group_id": own.group})
    play("getGroupBackupCompliancePolicy", "/backupCompliancePolicy")
    own.sandbox.control("compliance", {"group_id": own.group, "policy": None})
    shards = "/clusters/many/backup/snapshots"
    many = play("takeGroupClusterBackupSnapshots", shards, {})["id"]
    path = f"{shards}/shardedCluster/{many}"
    play("deleteGroupClusterBackupSnapshotShardedCluster", path)
    one = play("takeGroupClusterBackupSnapshots", snapshots, {"description": "d"})["id"]
    body = {"retentionUnit": "DAYS", "retentionValue": 5}
    play("updateGroupClusterBackupSnapshot", f"{snapshots}/{one}", body)
    target = {"targetGroupId": own.group, "snapshotId": one}
    play("createGroupClusterBackupRestoreJob", jobs, RESTORE | target)
    own.get(jobs)
    own.sandbox.control("pace", {"seconds": 1e9})
    job = play("createGroupClusterBackupRestoreJob", jobs, RESTORE | target)["id"]
    play("cancelGroupClusterBackupRestoreJob", f"{jobs}/{job}")
    own.sandbox.control("pace", {"seconds": 0})
    play("deleteGroupClusterBackupSnapshot", f"{snapshots}/{one}")
    own.sandbox.control("clock", {"days": 3})
    [saved, *_] = own.get("/flexClusters/bendy/backup/snapshots")["results"]
    body = {"snapshotId": saved["id"], "targetDeploymentItemName": "bendy"}
    play("createGroupFlexClusterBackupRestoreJob", "/flexClusters/bendy/backup/restoreJobs", body)


def _play_endings(play, own: Acting) -> None:
    play("deleteGroupDatabaseUser", "/databaseUsers/admin/app")
    play("deleteGroupAccessListEntry", "/accessList/1.2.3.4")
    play("deleteGroupFlexCluster", "/flexClusters/bendy")
    for name in ("one", "many", "free"):
        play("deleteGroupCluster", f"/clusters/{name}")
    own.get("/clusters")
    play("deleteGroup", "")


@pytest.fixture(scope="module")
def answers() -> dict[str, tuple[Operation, httpx.Response]]:
    """In a sandbox of its own: the clock moves."""
    with running(months=1, pace=0, today=TODAY) as sandbox, provisioner(sandbox) as client:
        return played((sandbox, client))


@pytest.mark.parametrize("name", set(NAMES) - UNSPECIFIED)
def test_each_answer_is_as_specified(name: str, answers, specification, schemas) -> None:  # noqa: F811
    """Name, status, media type and body."""
    operation, answer = answers[name]
    specified = specification["paths"][operation.path][operation.method.lower()]
    assert name == specified["operationId"]
    responses = specified["responses"]
    status = STATUSES.get(name, str(operation.status))
    assert answer.status_code == operation.status
    content = responses[status].get("content", {})
    media_type = answer.headers["content-type"].partition(";")[0]
    assert media_type == max(one for one in content if VERSIONED.fullmatch(one))
    if answer.content not in (b"", b"{}"):
        found = problems(schemas, content[media_type].get("schema", {}), answer.json())
        assert [one for one in found if not one.startswith(KNOWN_BETTER)] == []


def test_nothing_is_left_out(answers) -> None:
    assert set(answers) == set(NAMES) - UNSPECIFIED
