"""What real Atlas answered, action by action: the same outcome, and no request but the recorded."""

import logging
import re
from dataclasses import replace

import pytest

from orchestration.actions.model import Record
from tests.actions.recorded_configs import PASSWORD, WRITES, specs_of, tags_of
from tests.actions.recorded_steps import Step, steps_of
from tests.actions.running import job
from tests.actions.tape import (
    PREFIX,
    Exchange,
    is_write,
    organization_of,
    path,
    playing,
    scenarios,
    tape_of,
    template,
)

G = "/groups/{groupId}"
C = f"{G}/clusters/{{clusterName}}"
STREAMS = "stream processing is read for its costs, not provisioned"
SCHEDULES = "schedules are shown by get_backup_info; nothing changes them"
SERVERLESS = "serverless instances were retired in 2026; create_cluster makes flex clusters"
POLICY = "a policy binds for good and can be lifted by MongoDB's support alone: set it in Atlas"
# Recorded writes that no action sends, and why.
NOT_COVERED = {
    ("PATCH", f"{G}/settings"): "settings of a project cost nothing",
    ("PATCH", f"{G}/auditLog"): "auditing is set up once, in Atlas",
    ("PATCH", f"{G}/maintenanceWindow"): "maintenance costs nothing",
    ("DELETE", f"{G}/maintenanceWindow"): "maintenance costs nothing",
    ("PUT", f"{G}/backupCompliancePolicy"): POLICY,
    ("POST", f"{G}/sampleDatasetLoad/{{name}}"): "sample data is for trying Atlas out",
    ("PATCH", f"{C}/processArgs"): "options of mongod cost nothing",
    ("POST", f"{C}/index"): "indexes belong to whoever owns the data",
    ("POST", f"{C}/onlineArchives"): "archives follow rules that the data's owner knows",
    ("PATCH", f"{C}/onlineArchives/{{archiveId}}"): "as above",
    ("DELETE", f"{C}/onlineArchives/{{archiveId}}"): "as above",
    ("POST", f"{C}/search/deployment"): "search nodes are read for their costs, not provisioned",
    ("PATCH", f"{C}/search/deployment"): "as above",
    ("DELETE", f"{C}/search/deployment"): "as above",
    ("PATCH", f"{C}/backup/schedule"): SCHEDULES,
    ("DELETE", f"{C}/backup/schedule"): SCHEDULES,
    ("POST", f"{C}/backup/exports"): "exports go to a bucket that only its owner can describe",
    ("POST", f"{G}/backup/exportBuckets"): "as above",
    ("POST", f"{G}/databaseUsers/{{username}}/certs"): "the answer is a private key",
    ("POST", f"{G}/serverless"): SERVERLESS,
    ("PATCH", f"{G}/serverless/{{name}}"): SERVERLESS,
    ("DELETE", f"{G}/serverless/{{name}}"): SERVERLESS,
    ("POST", f"{G}/streams"): STREAMS,
    ("PATCH", f"{G}/streams/{{tenantName}}"): STREAMS,
    ("DELETE", f"{G}/streams/{{tenantName}}"): STREAMS,
    ("POST", f"{G}/streams/{{tenantName}}/connections"): STREAMS,
    ("PATCH", f"{G}/streams/{{tenantName}}/connections/{{connectionName}}"): STREAMS,
    ("DELETE", f"{G}/streams/{{tenantName}}/connections/{{connectionName}}"): STREAMS,
    ("POST", f"{G}/streams/privateLinkConnections"): STREAMS,
    ("DELETE", f"{G}/streams/privateLinkConnections/{{connectionId}}"): STREAMS,
    ("POST", f"{G}/privateNetworkSettings/endpointIds"): "private endpoints need the other side",
    ("DELETE", f"{G}/privateNetworkSettings/endpointIds/{{endpointId}}"): "as above",
    ("POST", "/api/atlas/v1.0/groups/{groupId}/clusters/tenantUpgrade"): (
        "an API of another age; update_cluster sends the upgrade of the second version"
    ),
}
# Recorded writes of endpoints that actions use, by file, that are not sent: what happens instead.
UNSENT = {
    "atlas-cli_2025-05/TestClustersFlags/014_DELETE_groups_ID_clusters_ID_400.json": "refused",
    # Terraform sends these when its own schema changes: they ask for what is there
    "terraform_TestAccClusterAdvancedClusterConfig_geoShardedTransitionFromOldToNewSchema"
    "/030_PATCH_groups_ID_clusters_ID_200.json": "unchanged",
    "terraform_TestAccClusterAdvancedClusterConfig_shardedTransitionFromOldToNewSchema"
    "/030_PATCH_groups_ID_clusters_ID_200.json": "unchanged",
}
# Who asks the API of the wrong kind first is told so; an action has looked which kind it is.
WRONG_KIND = "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"
# Reads that nobody recorded; Atlas has nothing there (404), and an action must know that.
LOOKED_FOR = {
    r"/groups/byName/[^/]+": "whether a project of this name is there already",
    r"/groups/\w+/(clusters|flexClusters|serverless|dataFederation|streams)": (
        "what is inside a project that is to be deleted, and what else a long name begins"
    ),
    r"/groups/\w+/clusters/provider/regions": "which sizes and regions are offered",
    r"/groups/\w+/backupCompliancePolicy": "what a policy forbids",
    r"/groups/\w+/flexClusters/[^/]+": "whether a cluster that is gone is one of the other kind",
    r"/groups/\w+/clusters/cluster-191": "the kind of a flex cluster that nobody asked for",
}
SCENARIOS = sorted(scenarios())
pytestmark = pytest.mark.skipif(not SCENARIOS, reason="the folder ../shared/recordings is absent")


def is_covered(exchange: Exchange) -> bool:
    return (exchange["method"], template(exchange)) in WRITES and (
        exchange["status"] < 400 or exchange["_file"] in UNSENT
    )


def test_every_recorded_write_is_sent_or_named_with_its_reason():
    writes = [each for tape in scenarios().values() for each in tape if is_write(each)]
    others = [each for each in writes if not is_covered(each)]
    named = {(each["method"], template(each)) for each in others}
    wrong_kind = {key for key in named if key in WRITES}
    assert named - wrong_kind == set(NOT_COVERED)
    refused = [each for each in others if (each["method"], template(each)) in wrong_kind]
    assert {each["body"]["errorCode"] for each in refused} == {WRONG_KIND}
    assert set(UNSENT) <= {each["_file"] for each in writes}
    assert {(each["method"], template(each)) for each in writes if is_covered(each)} == set(WRITES)


@pytest.mark.parametrize("name", SCENARIOS or ["none"])
def test_a_recorded_scenario_is_acted_out_to_its_recorded_end(name, shell, monkeypatch, caplog):
    caplog.set_level(logging.INFO, logger="atlas_costs")
    monkeypatch.setenv(PASSWORD, "correct horse battery staple")
    tape = tape_of(name, is_covered)
    steps = steps_of(tape, UNSENT)
    assert steps
    # what we refuse ourselves, Atlas has nothing to refuse of
    served = [each for each in tape if not (is_write(each) and each["status"] >= 400)]
    with playing(served, organization_of(tape)) as (key, asked):
        # both ways to sign in
        shell(replace(key, is_account="terraform" in name))
        for step in steps:
            caplog.clear()
            record = job(step.action, **step.values)
            assert record.outcome == step.ends, record.error
            assert_states(step, caplog.messages)
            assert_described(step, record)
        asked_for = asked()
    assert_writes(steps, [each for each in asked_for if each["method"] != "GET"])
    assert_reads(tape, [each for each in asked_for if each["method"] == "GET"])


def assert_states(step: Step, said: list[str]) -> None:
    """What was said while waiting is what Atlas said, in its order, up to the end."""
    states = [each.rpartition(": ")[2] for each in said if each.partition(" ")[0] in STATEFUL]
    if not step.states:
        return
    rest = iter(step.states)
    assert all(each in rest for each in states), (states, step.states)
    if step.ends == "applied":
        assert states[-1] in {"IDLE", "gone", "completed", "COMPLETED"}


STATEFUL = {"cluster", "snapshot", "restore"}


def assert_described(step: Step, record: Record) -> None:
    """The typed result says what Atlas's last answer says."""
    if step.ends not in {"applied", "read"} or step.exchange["method"] == "DELETE":
        return
    for subject, expected in EXPECTED.items():
        if step.action.endswith(subject):
            result = record.model_dump(mode="json")["result"]
            wanted = expected(step.seen)
            assert {name: result[name] for name in wanted} == wanted
            return
    raise AssertionError(f"nothing is expected of {step.action}")


def _project(body):
    found = {"id": body["id"], "name": body["name"], "organization_id": body["orgId"]}
    return found | {"tags": tags_of(body)}


def _cluster(body):
    """One can connect: that is the end of making, changing, resuming it."""
    addresses = body["connectionStrings"]
    found = {"id": body["id"], "name": body["name"], "state": "IDLE"}
    found |= {"connection_srv": addresses.get("standardSrv")}
    return found | {"connection_standard": addresses["standard"]}


def _user(body):
    roles = [
        {"role": one["roleName"], "database": one["databaseName"], "collection": None}
        for one in body["roles"]
    ]
    found = {"name": body["username"], "database": body["databaseName"], "roles": roles}
    scopes = [one["name"] for one in body["scopes"]]
    return found | {"scopes": scopes, "delete_after": body.get("deleteAfterDate")}


def _entry(body):
    [entry] = body["results"]
    found = {"entry": entry["ipAddress"], "comment": entry["comment"]}
    return found | {"delete_after": entry.get("deleteAfterDate")}


def _snapshot(body):
    return {"id": body["id"], "status": body["status"].lower()}


def _job(body):
    status = body.get("status") or "COMPLETED"
    found = {"id": body["id"], "snapshot_id": body["snapshotId"], "status": status}
    target = body.get("targetClusterName") or body.get("targetDeploymentItemName")
    return found | {"target_cluster": target, "has_download": bool(body.get("deliveryUrl"))}


def _schedule(body):
    found = {"next_snapshot": body["nextSnapshot"], "pit_enabled": True}
    return found | {"restore_window_days": body["restoreWindowDays"]}


EXPECTED = {
    "_project": _project,
    "_cluster": _cluster,
    "_database_user": _user,
    "allow_ip": _entry,
    "list_snapshots": lambda body: {"total": len(body["results"])},
    "list_restore_jobs": lambda body: {"total": len(body["results"])},
    "_snapshot": _snapshot,
    "restore": _job,
    "get_restore_status": _job,
    "get_backup_info": _schedule,
}


def assert_writes(steps: list[Step], asked: list[Exchange]) -> None:
    """The recorded writes in their order, and of clusters what was recorded to be asked for."""
    expected = [each.exchange for each in steps if each.is_sent]
    assert [(each["method"], path(each)) for each in asked] == [
        (each["method"], path(each)) for each in expected
    ]
    for sent, recorded in zip(asked, expected, strict=True):
        if sent["method"] == "POST" and template(recorded) == f"{G}/clusters":
            assert sent["body"]["clusterType"] == recorded["body"]["clusterType"]
        body = recorded["request_body"] or {}
        if "replicationSpecs" in body and "diskSizeGB" not in body:
            assert_holds(sent["body"]["replicationSpecs"], specs_of(body))


def assert_holds(sent, recorded):
    """All that was recorded is sent; what it left out, such as a shard's id, is sent as it is."""
    if isinstance(recorded, dict):
        for key, each in recorded.items():
            assert_holds(sent[key], each)
    elif isinstance(recorded, list):
        for pair in zip(sent, recorded, strict=True):
            assert_holds(*pair)
    else:
        assert sent == recorded


def assert_reads(tape: list[Exchange], asked: list[Exchange]) -> None:
    """Only of recorded paths, of an object before it is made, or for a reason named above."""
    known = {path(each) for each in tape}
    for each in asked:
        place = each["path"].removeprefix(PREFIX)
        if place not in known:
            assert any(re.fullmatch(pattern, place) for pattern in LOOKED_FOR), place
            assert each["status"] == 404
