"""Backup schedules and Backup Compliance Policies on request: one function an operation."""

from datetime import datetime, timedelta

from starlette.requests import Request

from sandbox.backups.snapshots import taken_on
from sandbox.estate.inventory import API, RELATIONS, Document, link
from sandbox.estate.resources import Cluster, Project
from sandbox.identity import object_id
from sandbox.months import stamp
from sandbox.operations import bodies
from sandbox.operations.inventory import own_dedicated, own_group
from sandbox.operations.snapshots import UNIT_DAYS, bound
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError
from sandbox.wire.paging import base_url

# What the calendar's snapshots follow: how often, and how long each is kept.
ITEMS = (
    ("daily", 1, "days", 7),
    ("weekly", 6, "weeks", 4),
    ("monthly", 1, "months", 12),
)
WINDOW_DAYS = 7
TYPES = ("daily", "hourly", "weekly", "monthly", "yearly", "ondemand")
UNITS = tuple(unit.lower() for unit in UNIT_DAYS)
KEPT = ("autoExportEnabled", "copySettings", "useOrgAndGroupNamesInExportPrefix")
BOUNDS = {
    "referenceHourOfDay": (0, 23),
    "referenceMinuteOfHour": (0, 59),
    "restoreWindowDays": (1, 365),
}


def get_schedule(sandbox: Sandbox, request: Request) -> Document:
    """A cluster's backup schedule."""
    project, cluster = _scheduled(sandbox, request)
    return _document(sandbox, request, project, cluster)


def update_schedule(sandbox: Sandbox, request: Request) -> Document:
    """A cluster's backup schedule, of which only what is sent changes.

    It is shown from then on; the snapshots that follow from the calendar stay as they are.
    """
    project, cluster = _scheduled(sandbox, request)
    body = bodies.sent_object(request)
    before = schedule_of(sandbox, cluster)
    after = before | {name: body[name] for name in KEPT if name in body}
    for name, (low, high) in BOUNDS.items():
        after[name] = bodies.whole(body, name, low, high, before[name])
    if "policies" in body:
        after["policies"] = _policies(cluster, body, before["policies"])
    if project.id in sandbox.vault.policies:
        _check_not_shorter(before, after)
    sandbox.vault.schedules[cluster.id] = after
    return _document(sandbox, request, project, cluster)


def get_compliance_policy(sandbox: Sandbox, request: Request) -> Document:
    """A project's Backup Compliance Policy; empty where there is none."""
    project, _ = own_group(sandbox, request)
    return sandbox.vault.policies.get(project.id, {})


def compliance_policy(group_id: str, now: datetime, settings: Document) -> Document:
    """DataProtectionSettings20231001, as a project's legal representative set it."""
    return {
        "authorizedEmail": "legal@example.com",
        "authorizedUserFirstName": "Lea",
        "authorizedUserLastName": "Legal",
        "copyProtectionEnabled": False,
        "deletable": False,
        "encryptionAtRestEnabled": False,
        "onDemandPolicyItem": None,
        "pitEnabled": False,
        "projectId": group_id,
        "restoreWindowDays": 0,
        "scheduledPolicyItems": [],
        "state": "ACTIVE",
        "updatedDate": stamp(now),
        "updatedUser": "legal@example.com",
        **settings,
    }


def schedule_of(sandbox: Sandbox, cluster: Cluster) -> Document:
    """A cluster's schedule without what depends on the request."""
    tomorrow = taken_on(cluster, sandbox.clock.today + timedelta(days=1))
    hour, minute = divmod(tomorrow.second // 60, 60)
    usual = {
        "autoExportEnabled": False,
        "copySettings": [],
        "policies": [_usual_policy(cluster)],
        "referenceHourOfDay": hour,
        "referenceMinuteOfHour": minute,
        "restoreWindowDays": WINDOW_DAYS,
        "useOrgAndGroupNamesInExportPrefix": False,
    }
    return usual | sandbox.vault.schedules.get(cluster.id, {})


def _scheduled(sandbox: Sandbox, request: Request) -> tuple[Project, Cluster]:
    """A cluster that is backed up; no recording shows what Atlas says of any other."""
    project, cluster = own_dedicated(sandbox, request)
    if not cluster.backup:
        detail = f"No backup configuration exists for cluster {cluster.name} in group {project.id}."
        raise AtlasError(404, "BACKUP_CONFIG_NOT_FOUND", detail, (cluster.name, project.id))
    return project, cluster


def _document(sandbox: Sandbox, request: Request, project: Project, cluster: Cluster) -> Document:
    base = base_url(request)
    own = f"{base}{API}/groups/{project.id}/clusters/{cluster.name}/backup/schedule"
    group = f"{base}/api/public/v1.0/groups/{project.id}"
    tomorrow = sandbox.clock.today + timedelta(days=1)
    return schedule_of(sandbox, cluster) | {
        "clusterId": cluster.id,
        "clusterName": cluster.name,
        "links": [link(own), link(group, f"{RELATIONS}/group")],
        "nextSnapshot": taken_on(cluster, tomorrow).created,
    }


def _usual_policy(cluster: Cluster) -> Document:
    items = [
        {
            "frequencyInterval": interval,
            "frequencyType": kind,
            "id": object_id(cluster.id, kind),
            "retentionUnit": unit,
            "retentionValue": value,
        }
        for kind, interval, unit, value in ITEMS
    ]
    return {"id": object_id(cluster.id, "policy"), "policyItems": items}


def _policies(cluster: Cluster, body: Document, before: list[Document]) -> list[Document]:
    sent = bodies.objects(body, "policies")
    if len(sent) != 1:
        raise AtlasError(400, "INVALID_NUM_OF_POLICIES", "Must have exactly one policy.")
    policy_id = sent[0].get("id", before[0]["id"])
    if policy_id != before[0]["id"]:
        detail = f"The policy id {policy_id} is invalid."
        raise AtlasError(400, "INVALID_POLICY_ID", detail, (policy_id,))
    items = bodies.objects(sent[0], "policyItems")
    found = [_item(cluster, one, number) for number, one in enumerate(items)]
    return [{"id": policy_id, "policyItems": found}]


def _item(cluster: Cluster, item: Document, number: int) -> Document:
    return {
        "frequencyInterval": bodies.whole(item, "frequencyInterval", 1, 40),
        "frequencyType": bodies.choice(item, "frequencyType", TYPES),
        "id": item.get("id") or object_id(cluster.id, "item", number),
        "retentionUnit": bodies.choice(item, "retentionUnit", UNITS),
        "retentionValue": bodies.whole(item, "retentionValue", 1, 3650),
    }


def _check_not_shorter(before: Document, after: Document) -> None:
    if after["restoreWindowDays"] < before["restoreWindowDays"]:
        raise bound("CANNOT_DECREASE_PIT_WINDOW", "reduce the Continuous Cloud Backup window")
    kept = _kept_days(after)
    if any(kept.get(kind, 0) < days for kind, days in _kept_days(before).items()):
        code = "BACKUP_POLICY_NOT_MEETING_BACKUP_COMPLIANCE_POLICY_REQUIREMENTS"
        detail = "Backup policy doesn't meet the minimum Backup Compliance Policy requirements."
        raise AtlasError(400, code, detail)


def _kept_days(schedule: Document) -> dict[str, int]:
    items = schedule["policies"][0]["policyItems"]
    return {
        one["frequencyType"]: one["retentionValue"] * UNIT_DAYS[one["retentionUnit"].upper()]
        for one in items
    }
