"""Snapshots taken, kept longer or shorter, and deleted on request: one function an operation."""

from datetime import datetime, timedelta

from starlette.requests import Request

from sandbox.backups.on_demand import COMPLETED, FAILED, RUNNING, is_completed, is_running
from sandbox.backups.snapshots import Snapshot
from sandbox.estate.inventory import Document
from sandbox.estate.resources import Cluster, Project
from sandbox.months import stamp
from sandbox.operations import bodies
from sandbox.operations.backups import own_saved, own_snapshots, snapshot_document, wanted
from sandbox.operations.inventory import check_not_leaving, own_dedicated
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError

UNIT_DAYS = {"DAYS": 1, "WEEKS": 7, "MONTHS": 31, "YEARS": 366}
LONGEST_DAYS = 3650


def take_snapshots(sandbox: Sandbox, request: Request) -> Document:
    """A snapshot, once the one before it is there."""
    project, cluster = own_dedicated(sandbox, request)
    body = bodies.sent_object(request)
    days = bodies.whole(body, "retentionInDays", 1, LONGEST_DAYS, 1)
    check_saved(cluster)
    check_not_leaving(cluster)
    _check_kept_long_enough(sandbox, project, days)
    if sandbox.vault.is_taking(cluster):
        detail = "Another on-demand snapshot is queued or in progress."
        raise AtlasError(400, "UNFINISHED_ON_DEMAND_SNAPSHOT", detail)
    ending = FAILED if request.state.condition("snapshot_fails") else COMPLETED
    stages = sandbox.vault.begin(*RUNNING, ending)
    taken = sandbox.vault.take(cluster, str(body.get("description", "")), days, stages)
    return snapshot_document(sandbox, request, project, taken)


def update_snapshot(sandbox: Sandbox, request: Request) -> Document:
    """How long a snapshot is kept, counted from when it was taken."""
    project, snapshot = _own_snapshot(sandbox, request)
    body = bodies.sent_object(request)
    unit = bodies.choice(body, "retentionUnit", UNIT_DAYS)
    count = bodies.whole(body, "retentionValue", 1, LONGEST_DAYS)
    if not is_completed(snapshot, sandbox.pace.stages):
        detail = "Snapshot retention can only be modified once it is completed."
        raise AtlasError(400, "CANNOT_MODIFY_IN_PROGRESS_SNAPSHOT_RETENTION", detail)
    until = datetime.fromisoformat(snapshot.created) + timedelta(days=count * UNIT_DAYS[unit])
    if until <= sandbox.clock.now():
        detail = "Retention value of snapshot is invalid."
        raise AtlasError(400, "BACKUP_SNAPSHOT_RETENTION_VALUE_INVALID", detail, (count,))
    if project.id in sandbox.vault.policies and stamp(until) < snapshot.expires:
        raise bound("CANNOT_DECREASE_SNAPSHOT_RETENTION", "decrease the snapshot retention")
    sandbox.vault.keep_until(snapshot, until)
    return snapshot_document(sandbox, request, *_own_snapshot(sandbox, request))


def delete_snapshot(sandbox: Sandbox, request: Request) -> None:
    """A replica set's snapshot."""
    _delete(sandbox, request, is_sharded=False)


def delete_sharded_snapshot(sandbox: Sandbox, request: Request) -> None:
    """A sharded cluster's snapshot."""
    _delete(sandbox, request, is_sharded=True)


def check_saved(cluster: Cluster) -> None:
    """400 for a cluster without backups."""
    if not cluster.backup:
        detail = "Backups are not enabled for this cluster."
        raise AtlasError(400, "BACKUP_JOB_NOT_FOUND", detail, (cluster.name,))


def bound(code: str, what: str) -> AtlasError:
    """400 for what a Backup Compliance Policy forbids."""
    detail = f"You can't {what} while you have a Backup Compliance Policy enabled."
    return AtlasError(400, f"{code}_WITH_BACKUP_COMPLIANCE_POLICY", detail)


def _delete(sandbox: Sandbox, request: Request, *, is_sharded: bool) -> None:
    project, snapshot = _own_snapshot(sandbox, request)
    if (snapshot.cluster.type == "REPLICASET") is is_sharded:
        wanted((), request, "snapshotId")
    if is_running(snapshot, sandbox.pace.stages):
        detail = f"Cannot delete an in progress snapshot {snapshot.id}."
        raise AtlasError(400, "CANNOT_DELETE_IN_PROGRESS_SNAPSHOT", detail, (snapshot.id,))
    if project.id in sandbox.vault.policies:
        raise bound("CANNOT_DELETE_SNAPSHOT", "delete snapshots")
    sandbox.vault.delete(snapshot)


def _own_snapshot(sandbox: Sandbox, request: Request) -> tuple[Project, Snapshot]:
    project, cluster = own_saved(sandbox, request)
    return project, wanted(own_snapshots(sandbox, cluster), request, "snapshotId")


def _check_kept_long_enough(sandbox: Sandbox, project: Project, days: int) -> None:
    item = sandbox.vault.policies.get(project.id, {}).get("onDemandPolicyItem")
    if item and days < item["retentionValue"] * UNIT_DAYS[item["retentionUnit"].upper()]:
        detail = "You can't create a snapshot with a retention less than the Backup Compliance "
        detail += "Policy setting while you have a Backup Compliance Policy enabled."
        raise AtlasError(400, "SNAPSHOT_RETENTION_LESS_THAN_BACKUP_COMPLIANCE_POLICY", detail)
