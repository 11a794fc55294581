"""Restores asked for and cancelled on request: one function an operation."""

from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from sandbox.access import rules as access
from sandbox.backups import snapshots
from sandbox.backups.asked_restores import (
    CANCELLED,
    EXPIRED,
    FAILED,
    FINISHED,
    FLEX_STAGES,
    RUNNING,
    Restore,
)
from sandbox.backups.on_demand import is_completed
from sandbox.backups.snapshots import Snapshot
from sandbox.estate.inventory import Document
from sandbox.estate.resources import Cluster
from sandbox.operations import bodies
from sandbox.operations.backups import (
    flex_job_document,
    job_document,
    own_saved,
    own_snapshots,
    wanted,
)
from sandbox.operations.inventory import (
    CLUSTERS,
    check_not_leaving,
    group_of,
    named_cluster,
    own_flex,
    refuse_flex,
)
from sandbox.operations.schedules import schedule_of
from sandbox.operations.snapshots import check_saved
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError

DELIVERIES = ("automated", "download", "pointInTime")
# The fault that ends a restore badly, and how.
ENDINGS = {"restore_fails": FAILED, "restore_cancelled": CANCELLED, "restore_expires": EXPIRED}


def create_restore_job(sandbox: Sandbox, request: Request) -> Document:
    """A restore into a cluster, of a snapshot or of a moment, or a download."""
    project, source = own_saved(sandbox, request)
    body = bodies.sent_object(request)
    delivery = bodies.choice(body, "deliveryType", DELIVERIES)
    check_saved(source)
    check_not_leaving(source)
    to_seconds = _moment(sandbox, source, body) if delivery == "pointInTime" else None
    saved = None if delivery == "pointInTime" else _snapshot(sandbox, source, body, delivery)
    target = ("", "") if delivery == "download" else _target(sandbox, source, body)
    job = Restore(
        id=sandbox.vault.new_id(source),
        source=source,
        asked=sandbox.clock.now(),
        stages=sandbox.vault.begin(RUNNING, _ending(request)),
        delivery=delivery,
        snapshot=saved,
        target=target,
        to_seconds=to_seconds,
    )
    return job_document(sandbox, request, project, sandbox.vault.add(job))


def cancel_restore_job(sandbox: Sandbox, request: Request) -> None:
    """A job that is still under way; the code for any other is a guess."""
    _, source = own_saved(sandbox, request)
    job = wanted(sandbox.vault.jobs(source), request, "restoreJobId")
    if job.stages.at(sandbox.pace.stages) != RUNNING:
        detail = "Automated restore cannot be cancelled."
        raise AtlasError(400, "CANNOT_CANCEL_AUTOMATED_RESTORE", detail, (job.id,))
    sandbox.vault.end(job, CANCELLED)


def create_flex_restore_job(sandbox: Sandbox, request: Request) -> Document:
    """A restore of a flex cluster's snapshot."""
    project, source = own_flex(sandbox, request)
    body = bodies.sent_object(request)
    snapshot_id = bodies.text(body, "snapshotId")
    found = snapshots.flex_snapshots(source, sandbox.clock.today)
    saved = next((one for one in found if one.id == snapshot_id), None)
    if saved is None:
        raise _no_snapshot(snapshot_id)
    name = bodies.text(body, "targetDeploymentItemName")
    target, clusters = group_of(sandbox, body.get("targetProjectId") or project.id)
    check_not_leaving(source)
    check_not_leaving(named_cluster(target, clusters, name))
    ending = "FAILED" if request.state.condition("restore_fails") else FLEX_STAGES[-1]
    job = Restore(
        id=sandbox.vault.new_id(source),
        source=source,
        asked=sandbox.clock.now(),
        stages=sandbox.vault.begin(*FLEX_STAGES[:-1], ending),
        snapshot=saved,
        target=(target.id, name),
    )
    return flex_job_document(sandbox, project, sandbox.vault.add(job))


def _ending(request: Request) -> str:
    struck = (end for kind, end in ENDINGS.items() if request.state.condition(kind))
    return next(struck, FINISHED)


def _snapshot(sandbox: Sandbox, source: Cluster, body: Document, delivery: str) -> Snapshot:
    wanted_id = bodies.text(body, "snapshotId")
    for one in own_snapshots(sandbox, source):
        if one.id == wanted_id:
            break
    else:
        raise _no_snapshot(wanted_id)
    if is_completed(one, sandbox.pace.stages):
        return one
    if delivery == "download":
        detail = "Cannot download incomplete cluster snapshot."
        raise AtlasError(409, "CANNOT_DOWNLOAD_INCOMPLETE_SNAPSHOT", detail)
    code = "CANNOT_START_RESTORE_JOB_FOR_INCOMPLETE_CLUSTER_SNAPSHOT"
    raise AtlasError(409, code, "Cannot start restore job for incomplete cluster snapshot.")


def _no_snapshot(snapshot_id: str) -> AtlasError:
    detail = f"An invalid snapshot ID {snapshot_id} was specified."
    return AtlasError(404, "INVALID_SNAPSHOT_ID", detail, (snapshot_id,))


def _moment(sandbox: Sandbox, source: Cluster, body: Document) -> int:
    """The second to go back to, which must lie in the restore window."""
    if not source.continuous_backup:
        # No public source has Atlas's own code for this.
        detail = f"Continuous Cloud Backup is not enabled for cluster {source.name}."
        raise AtlasError(400, "CONTINUOUS_CLOUD_BACKUP_NOT_ENABLED", detail, (source.name,))
    name = "oplogTs" if "oplogTs" in body else "pointInTimeUTCSeconds"
    second = bodies.whole(body, name, 1199145600, 2**31 - 1)
    now = sandbox.clock.now()
    window = timedelta(days=schedule_of(sandbox, source)["restoreWindowDays"])
    if not max(now - window, _begin(source)).timestamp() <= second <= now.timestamp():
        detail = "Please provide a valid UTC time or an operation time (ts)."
        raise AtlasError(400, "INVALID_PIT_RESTORE_TIME", detail, (name,))
    return second


def _begin(cluster: Cluster) -> datetime:
    born = cluster.life.born
    made = datetime(born.year, born.month, born.day, tzinfo=UTC)
    return datetime.fromisoformat(cluster.made) if cluster.made else made


def _target(sandbox: Sandbox, source: Cluster, body: Document) -> tuple[str, str]:
    """Where to: a running cluster of a project whose backups the key may restore."""
    name = bodies.text(body, "targetClusterName")
    project, clusters = group_of(sandbox, bodies.text(body, "targetGroupId"))
    if access.BACKUP_MANAGERS.isdisjoint(sandbox.credentials.roles_in(project.id)):
        detail = "Cannot restore with insufficient permission on source snapshot or target cluster."
        raise AtlasError(403, "CANNOT_RESTORE_TO_TARGET", detail)
    target = named_cluster(project, clusters, name)
    _check_target(source, target)
    if sandbox.vault.is_restoring(project.id, name):
        detail = "Cluster restore already in progress."
        raise AtlasError(409, "ATLAS_CLUSTER_RESTORE_IN_PROGRESS", detail, (name,))
    return project.id, name


def _check_target(source: Cluster, target: Cluster) -> None:
    name = target.name
    if target.kind not in CLUSTERS:
        raise refuse_flex(name)
    check_not_leaving(target)
    if target.kind == "tenant":
        raise bodies.invalid("targetClusterName")
    if target.paused:
        detail = "Backup restore cannot occur on a paused cluster. "
        detail += "Please unpause the target cluster or choose another target cluster."
        raise AtlasError(400, "CLUSTER_PAUSED_CANNOT_RESTORE", detail, (name,))
    if len(target.parts) != len(source.parts):
        # That it must be so is documented; the code is a guess.
        detail = f"Cluster {name} must have as many shards as cluster {source.name}."
        raise AtlasError(400, "CANNOT_RESTORE_TO_DIFFERENT_TOPOLOGY", detail, (name, source.name))
