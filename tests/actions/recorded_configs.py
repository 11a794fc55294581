"""The config that asks for what a recording shows: each recorded write as an action's values."""

from collections.abc import Callable
from typing import Any

from tests.actions.tape import Exchange, path, template

PASSWORD = "RECORDED_USER_PASSWORD"
GROUP = "/groups/{groupId}"
CLUSTER, FLEX = f"{GROUP}/clusters/{{clusterName}}", f"{GROUP}/flexClusters/{{name}}"
USER = f"{GROUP}/databaseUsers/{{databaseName}}/{{username}}"
# What Atlas tells of a replication spec and takes back from nobody.
TOLD = {"id", "zoneId", "numShards", "links"}
AUTHENTICATION = {
    ("x509Type", "MANAGED"): "x509_managed",
    ("oidcAuthType", "IDP_GROUP"): "oidc_group",
}
Values = dict[str, Any]
Asked = tuple[str, Values]


def group_of(write: Exchange) -> str:
    return path(write).split("/")[2]


def tags_of(document: Exchange) -> dict[str, str]:
    return {each["key"]: each["value"] for each in document.get("tags") or []}


def _create_project(tape: list[Exchange], number: int) -> Asked:
    made = tape[number]["body"]
    values: Values = {"name": made["name"], "organization": made["orgId"]}
    return "create_project", values | ({"tags": tags_of(made)} if made.get("tags") else {})


def _update_project(tape: list[Exchange], number: int) -> Asked:
    body = tape[number]["body"]
    own = {"project": group_of(tape[number]), "name": body["name"], "tags": tags_of(body)}
    return "update_project", own


def _delete_project(tape: list[Exchange], number: int) -> Asked:
    group = group_of(tape[number])
    named = [each["body"] for each in tape[:number] if _is_project(each, group)]
    return "delete_project", {"project": group, "confirm": named[-1]["name"]}


def _is_project(exchange: Exchange, group: str) -> bool:
    own = template(exchange) in {"/groups", GROUP} and isinstance(exchange["body"], dict)
    return own and exchange["body"].get("id") == group


def _create_cluster(tape: list[Exchange], number: int) -> Asked:
    write = tape[number]
    sent = write["request_body"] or write["body"]
    values = {"project": group_of(write), "name": sent["name"], **_hardware(write), **_flags(sent)}
    return "create_cluster", values


def _flags(sent: Exchange) -> Values:
    flags = {
        "backup_enabled": sent.get("backupEnabled"),
        "pit_enabled": sent.get("pitEnabled") or None,
        "termination_protection": sent.get("terminationProtectionEnabled") or None,
        "tags": tags_of(sent) if "tags" in sent else None,
    }
    return {name: each for name, each in flags.items() if each is not None}


def _hardware(write: Exchange) -> Values:
    sent = write["request_body"] or write["body"]
    [first, *others] = sent["replicationSpecs"]
    [place, *more] = first["regionConfigs"]
    plain = write["request_body"] is None and not others and not more
    if not plain or first.get("numShards", 1) > 1:
        specs = [_asked(each) for each in specs_of(sent)]
        kind = write["body"]["clusterType"]
        return {"replication_specs": specs} | ({"cluster_type": kind} if len(specs) == 1 else {})
    found = {
        "provider": place.get("backingProviderName") or place["providerName"],
        "region": place["regionName"],
        "instance_size": place["electableSpecs"]["instanceSize"],
    }
    disk = {"disk_gb": int(sent["diskSizeGB"])} if sent["diskSizeGB"] >= 10 else {}
    return found | disk


def specs_of(sent: Exchange) -> list[Values]:
    """One a shard, where the older schema has one for several alike."""
    return [
        {key: value for key, value in each.items() if key != "numShards"}
        for each in sent["replicationSpecs"]
        for _ in range(_shards(each))
    ]


def _shards(spec: Exchange) -> int:
    return int(spec.get("numShards") or 1)


def _asked(value: Any) -> Any:
    if isinstance(value, list):
        return [_asked(each) for each in value]
    if isinstance(value, dict):
        return {key: _asked(each) for key, each in value.items() if key not in TOLD}
    return value


def _update_cluster(tape: list[Exchange], number: int) -> Asked:
    write = tape[number]
    own: Values = {"project": group_of(write), "name": path(write).split("/")[-1]}
    sent = write["request_body"]
    if sent and set(sent) == {"paused"}:
        return ("pause_cluster" if sent["paused"] else "resume_cluster"), own
    if sent is None:
        return "update_cluster", own | _shown(tape, number)
    if "diskSizeGB" in sent:  # of the older schema, whose shards then stay as they are
        own["disk_gb"] = int(sent["diskSizeGB"])
    elif "replicationSpecs" in sent:
        own["replication_specs"] = specs_of(sent)
    return "update_cluster", own | _flags(sent)


def _shown(tape: list[Exchange], number: int) -> Values:
    """Whoever recorded answers alone: what was asked for is where they differ."""
    after = tape[number]["body"]
    before = [each["body"] for each in tape[:number] if path(each) == path(tape[number])][-1]
    found: Values = {}
    if after["diskSizeGB"] != before["diskSizeGB"]:
        found["disk_gb"] = int(after["diskSizeGB"])
    if after["terminationProtectionEnabled"] != before["terminationProtectionEnabled"]:
        found["termination_protection"] = after["terminationProtectionEnabled"]
    if tags_of(after) != tags_of(before):
        found["tags"] = tags_of(after)
    return found


def _delete_cluster(tape: list[Exchange], number: int) -> Asked:
    name = path(tape[number]).split("/")[-1]
    return "delete_cluster", {"project": group_of(tape[number]), "name": name, "confirm": name}


def _create_flex(tape: list[Exchange], number: int) -> Asked:
    made = tape[number]["body"]
    settings = made["providerSettings"]
    values = {
        "project": group_of(tape[number]),
        "name": made["name"],
        "instance_size": "FLEX",
        "provider": settings["backingProviderName"],
        "region": settings["regionName"],
    }
    return "create_cluster", values | ({"tags": tags_of(made)} if made.get("tags") else {})


def _signs_in(body: Exchange) -> str:
    ways = (name for (field, value), name in AUTHENTICATION.items() if body.get(field) == value)
    return next(ways, "password")


def _user(tape: list[Exchange], number: int) -> Values:
    body = tape[number]["body"]
    roles = [{"role": one["roleName"], "database": one["databaseName"]} for one in body["roles"]]
    scopes = [one["name"] for one in body["scopes"]]
    return {
        "project": group_of(tape[number]),
        "name": body["username"],
        "authentication": _signs_in(body),
        "roles": roles,
        "scopes": scopes,
    }


def _create_user(tape: list[Exchange], number: int) -> Asked:
    values, body = _user(tape, number), tape[number]["body"]
    if "deleteAfterDate" in body:
        values["delete_after"] = body["deleteAfterDate"]
    if values["authentication"] == "password":
        values["password_env"] = PASSWORD
    return "create_database_user", values


def _update_user(tape: list[Exchange], number: int) -> Asked:
    values = _user(tape, number)
    if "password" in tape[number]["step"]:
        kept = {name: values[name] for name in ("project", "name", "authentication")}
        return "update_database_user", kept | {"password_env": PASSWORD}
    return "update_database_user", values


def _delete_user(tape: list[Exchange], number: int) -> Asked:
    group, _, _, wanted = path(tape[number]).split("/")[2:]
    made = [each for each in tape[:number] if each["method"] == "POST"]
    [body] = [each["body"] for each in made if each["body"]["username"] == wanted]
    signs_in = {"authentication": _signs_in(body)}
    return "delete_database_user", {"project": group, "name": wanted, "confirm": wanted, **signs_in}


def _allow_ip(tape: list[Exchange], number: int) -> Asked:
    [entry] = tape[number]["body"]["results"]
    values = {"project": entry["groupId"], "entry": entry["ipAddress"], "comment": entry["comment"]}
    end = {"delete_after": entry["deleteAfterDate"]} if "deleteAfterDate" in entry else {}
    return "allow_ip", values | end


def _remove_ip(tape: list[Exchange], number: int) -> Asked:
    entry = path(tape[number]).split("/")[-1]
    return "remove_ip", {"project": group_of(tape[number]), "entry": entry, "confirm": entry}


def _below_cluster(tape: list[Exchange], number: int) -> Values:
    parts = path(tape[number]).split("/")
    return {"project": parts[2], "cluster": parts[4]}


def _create_snapshot(tape: list[Exchange], number: int) -> Asked:
    body = tape[number]["body"]
    own = {"description": body["description"], "retention_days": 1}
    return "create_snapshot", _below_cluster(tape, number) | own


def _delete_snapshot(tape: list[Exchange], number: int) -> Asked:
    own = _below_cluster(tape, number)
    snapshot = path(tape[number]).split("/")[-1]
    return "delete_snapshot", own | {"snapshot_id": snapshot, "confirm": own["cluster"]}


def _is_same_post(one: Exchange, other: Exchange) -> bool:
    return one["method"] == other["method"] == "POST" and path(one) == path(other)


def _restore(tape: list[Exchange], number: int) -> Asked:
    body = tape[number]["body"]
    values = _below_cluster(tape, number) | {"snapshot_id": body["snapshotId"]}
    if body["deliveryType"] == "download":
        return "restore", values | {"delivery_type": "download"}
    target = body.get("targetClusterName") or body["targetDeploymentItemName"]
    project = body.get("targetGroupId") or body["targetProjectId"]
    # the same asked for again within minutes would be the same restore
    again = any(_is_same_post(each, tape[number]) for each in tape[:number])
    if project != values["project"] or again:
        values["target_project"] = project
    return "restore", values | {"target_cluster": target, "confirm": target}


def _read(action: str, *names: str) -> Callable[[list[str]], Asked]:
    """A read action from the parts of a path: project, cluster, then what `names` say."""

    def asked(parts: list[str]) -> Asked:
        own = {"project": parts[2], "cluster": parts[4]}
        return action, own | ({names[0]: parts[-1]} if names else {})

    return asked


WRITES: dict[tuple[str, str], Callable[[list[Exchange], int], Asked]] = {
    ("POST", "/groups"): _create_project,
    ("PATCH", GROUP): _update_project,
    ("DELETE", GROUP): _delete_project,
    ("POST", f"{GROUP}/clusters"): _create_cluster,
    ("PATCH", CLUSTER): _update_cluster,
    ("DELETE", CLUSTER): _delete_cluster,
    ("POST", f"{GROUP}/flexClusters"): _create_flex,
    ("DELETE", FLEX): _delete_cluster,
    ("POST", f"{GROUP}/databaseUsers"): _create_user,
    ("PATCH", USER): _update_user,
    ("DELETE", USER): _delete_user,
    ("POST", f"{GROUP}/accessList"): _allow_ip,
    ("DELETE", f"{GROUP}/accessList/{{entryValue}}"): _remove_ip,
    ("POST", f"{CLUSTER}/backup/snapshots"): _create_snapshot,
    ("DELETE", f"{CLUSTER}/backup/snapshots/{{snapshotId}}"): _delete_snapshot,
    ("POST", f"{CLUSTER}/backup/restoreJobs"): _restore,
    ("POST", f"{FLEX}/backup/restoreJobs"): _restore,
}
READS: dict[str, Callable[[list[str]], Asked]] = {
    f"{CLUSTER}/backup/schedule": _read("get_backup_info"),
    **{
        f"{place}/backup/{name}": asked
        for place in (CLUSTER, FLEX)
        for name, asked in (
            ("snapshots", _read("list_snapshots")),
            ("snapshots/{snapshotId}", _read("describe_snapshot", "snapshot_id")),
            ("restoreJobs", _read("list_restore_jobs")),
            ("restoreJobs/{restoreJobId}", _read("get_restore_status", "job_id")),
        )
    },
}
