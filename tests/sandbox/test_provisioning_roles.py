"""Each operation that writes takes its own roles."""

import re

import httpx
import pytest

from sandbox import running
from sandbox.operations.writes import PROVISIONING, READS
from tests.sandbox.acting import API, NEWEST, cluster

OWNERS = ["GROUP_OWNER", "ORG_OWNER"]
ROLES = {
    "createGroup": ["ORG_GROUP_CREATOR", "ORG_OWNER"],
    "updateGroup": OWNERS,
    "deleteGroup": OWNERS,
    "createGroupCluster": ["GROUP_CLUSTER_CREATOR", *OWNERS],
    "updateGroupCluster": ["GROUP_CLUSTER_MANAGER", *OWNERS],
    "upgradeGroupClusterTenantUpgrade": ["GROUP_CLUSTER_MANAGER", *OWNERS],
    "tenantGroupFlexClusterUpgrade": ["GROUP_CLUSTER_MANAGER", *OWNERS],
    "deleteGroupCluster": OWNERS,
    "createGroupFlexCluster": OWNERS,
    "updateGroupFlexCluster": OWNERS,
    "deleteGroupFlexCluster": OWNERS,
    "createGroupAccessListEntry": ["GROUP_NETWORK_ACCESS_MANAGER", *OWNERS],
    "deleteGroupAccessListEntry": ["GROUP_NETWORK_ACCESS_MANAGER", *OWNERS],
    "createGroupDatabaseUser": ["GROUP_DATABASE_ACCESS_ADMIN", *OWNERS],
    "updateGroupDatabaseUser": ["GROUP_DATABASE_ACCESS_ADMIN", *OWNERS],
    "deleteGroupDatabaseUser": ["GROUP_DATABASE_ACCESS_ADMIN", *OWNERS],
    "takeGroupClusterBackupSnapshots": ["GROUP_BACKUP_CREATOR", "GROUP_BACKUP_MANAGER", *OWNERS],
    "updateGroupClusterBackupSnapshot": ["GROUP_BACKUP_MANAGER", *OWNERS],
    "deleteGroupClusterBackupSnapshot": ["GROUP_BACKUP_MANAGER", *OWNERS],
    "deleteGroupClusterBackupSnapshotShardedCluster": ["GROUP_BACKUP_MANAGER", *OWNERS],
    "updateGroupClusterBackupSchedule": ["GROUP_BACKUP_MANAGER", *OWNERS],
    "createGroupClusterBackupRestoreJob": ["GROUP_BACKUP_MANAGER", *OWNERS],
    "cancelGroupClusterBackupRestoreJob": ["GROUP_BACKUP_MANAGER", *OWNERS],
    "createGroupFlexClusterBackupRestoreJob": ["GROUP_BACKUP_MANAGER", *OWNERS],
}
EVERY = sorted({role for roles in ROLES.values() for role in roles} | {"ORG_READ_ONLY"})
WRITES = [one for one in PROVISIONING if one not in READS]


def configure(sandbox, roles: list[str], key: str = "provisioning") -> None:
    sandbox.control("keys", {"key": key, "roles": roles})


@pytest.fixture(scope="module")
def keyed():
    """A sandbox whose provisioning key changes its roles, and a project that others made."""
    with running(months=1, pace=0) as sandbox:
        auth = httpx.DigestAuth(sandbox.provisioning_public_key, sandbox.provisioning_private_key)
        with httpx.Client(
            base_url=sandbox.base_url, auth=auth, headers={"Accept": NEWEST}
        ) as client:
            group = client.get(f"{API}/groups").json()["results"][0]["id"]
            yield sandbox, client, group


def test_every_write_is_in_the_table() -> None:
    assert {one.name for one in WRITES} == set(ROLES)


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.name)
def test_a_write_takes_its_roles_and_no_others(keyed, operation) -> None:
    """Refused or not, before anything else is looked at."""
    sandbox, client, group = keyed
    path = re.sub(r"{\w+}", "none", operation.path.replace("{groupId}", group))
    allowed = []
    for role in EVERY:
        configure(sandbox, [role])
        answer = client.request(operation.method, path, json={"nothing": "of use"})
        if answer.status_code != 403:
            allowed.append(role)
        else:
            assert answer.json()["errorCode"] == "USER_UNAUTHORIZED"
    assert sorted(allowed) == sorted(ROLES[operation.name])


def test_whoever_makes_a_project_owns_it_and_sees_no_other(fresh) -> None:
    """So a key that may only make projects can fill them."""
    sandbox = fresh(months=1, pace=0)
    configure(sandbox, ["ORG_GROUP_CREATOR"])
    auth = httpx.DigestAuth(sandbox.provisioning_public_key, sandbox.provisioning_private_key)
    with httpx.Client(base_url=sandbox.base_url, auth=auth, headers={"Accept": NEWEST}) as client:
        assert client.get(f"{API}/groups").json()["results"] == []
        assert client.get(f"{API}/groups/byName/shop").status_code == 404
        body = {"name": "shop", "orgId": sandbox.org_id}
        assert client.post(f"{API}/groups", json=body).json()["errorCode"] == "GROUP_ALREADY_EXISTS"
        made = client.post(f"{API}/groups", json=body | {"name": "mine"}).json()
        assert client.get(f"{API}/groups/byName/mine").json() == made
        path = f"{API}/groups/{made['id']}/clusters"
        assert client.post(path, json=cluster("one")).status_code == 201
        assert client.get(f"{path}/one").status_code == 200


def test_protection_takes_an_owner(fresh_own) -> None:
    """A cluster's manager changes everything else."""
    own = fresh_own()
    groups = own.client.get(f"{API}/groups").json()["results"]
    own.group = next(one["id"] for one in groups if one["name"] == "playground")
    configure(own.sandbox, ["GROUP_CLUSTER_MANAGER"])
    path = "/clusters/scratch"
    body = {"terminationProtectionEnabled": True}
    assert own.refused("PATCH", path, body)[:2] == (403, "USER_UNAUTHORIZED")
    own.ask("PATCH", path, {"terminationProtectionEnabled": False}, 200)
    configure(own.sandbox, ["GROUP_OWNER"])
    own.ask("PATCH", path, body, 200)


def test_the_two_keys_have_roles_of_their_own(fresh, signed_in) -> None:
    """Both ways to sign in; the cost key stays what it is."""
    sandbox = fresh(months=1)
    keys = {sandbox.public_key, sandbox.linked_public_key}
    keys |= {sandbox.provisioning_public_key, sandbox.linked_provisioning_public_key}
    assert len(keys) == 4
    configure(sandbox, ["ORG_BILLING_READ_ONLY", "ORG_READ_ONLY"], key="costs")
    body = {"name": "new", "orgId": sandbox.org_id}
    refused = signed_in(sandbox).post(f"{API}/groups", json=body)
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "USER_UNAUTHORIZED")
    token = httpx.post(
        f"{sandbox.base_url}/api/oauth/token",
        auth=(sandbox.provisioning_client_id, sandbox.provisioning_client_secret),
        data={"grant_type": "client_credentials"},
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Accept": NEWEST}
    made = httpx.post(f"{sandbox.base_url}{API}/groups", json=body, headers=headers)
    assert made.status_code == 201
    shown = sandbox.control("keys")[sandbox.org_id]
    assert shown["roles"] == ["ORG_BILLING_READ_ONLY", "ORG_READ_ONLY"]
    assert shown["provisioning"]["roles"] == ["ORG_OWNER"]


def test_there_is_no_third_key(quick) -> None:
    answer = httpx.post(f"{quick[0].base_url}/sandbox/keys", json={"key": "spare", "roles": []})
    assert answer.status_code == 400
    assert "no key for 'spare'" in answer.json()["error"]
