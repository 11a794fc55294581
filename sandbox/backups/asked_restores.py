"""Restore jobs that a client asked for, and how Atlas writes them in JSON."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.backups.restores import NEVER
from sandbox.backups.snapshots import Snapshot, flex_finished
from sandbox.estate.inventory import API, RELATIONS, link
from sandbox.estate.pace import Stages
from sandbox.estate.resources import Cluster, Project
from sandbox.identity import digest
from sandbox.months import stamp

RUNNING, FINISHED, FAILED = "running", "finished", "failed"
CANCELLED, EXPIRED = "cancelled", "expired"
LASTS = timedelta(seconds=1)
OFFERED = timedelta(hours=4)
FLEX_STAGES = ("PENDING", "RUNNING", "COMPLETED")
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Restore:
    """One job; `target` is the project and the cluster restored into, none of a download.

    A dedicated cluster's is `RUNNING` and then one of the other stages, a flex cluster's has
    `FLEX_STAGES`.
    """

    id: str
    source: Cluster
    asked: datetime
    stages: Stages
    delivery: str = "automated"
    snapshot: Snapshot | None = None
    target: tuple[str, str] = ("", "")
    to_seconds: int | None = None

    def stage(self, stages: float, now: datetime) -> str:
        """How far it has come; what can be downloaded is offered for some hours."""
        found = self.stages.at(stages)
        is_over = self.delivery == "download" and now > self.asked + OFFERED
        return EXPIRED if found == FINISHED and is_over else found


def restore_document(project: Project, job: Restore, stage: str, base: str) -> Document:
    """DiskBackupSnapshotRestoreJob: it has no status, only what became of it."""
    document: Document = {
        "cancelled": stage == CANCELLED,
        "deliveryType": job.delivery,
        "deliveryUrl": [],
        "desiredTimestamp": NEVER,
        "expired": stage == EXPIRED,
        "failed": stage == FAILED,
        "id": job.id,
        "links": _links(project, job, base),
    }
    if job.snapshot:
        document |= {"snapshotId": job.snapshot.id, "timestamp": job.snapshot.created}
    if job.to_seconds is not None:
        document["pointInTimeUTCSeconds"] = job.to_seconds
    if job.delivery == "download":
        return document | _offer(job, stage)
    document |= {"targetClusterName": job.target[1], "targetGroupId": job.target[0]}
    if stage == FINISHED:
        document["finishedAt"] = stamp(job.asked + LASTS)
    return document


def _offer(job: Restore, stage: str) -> Document:
    """Never finished: it has an address until it expires."""
    if stage not in (FINISHED, EXPIRED):
        return {}
    host = f"restore-{job.id}.{digest(job.source.id)[:6]}.mongodb.net"
    snapshot_id = job.snapshot.id if job.snapshot else job.id
    address = f"https://{host}:27017/{digest(job.id)[:24]}/restore-{snapshot_id}.tar.gz"
    return {
        "deliveryUrl": [address] if stage == FINISHED else [],
        "expiresAt": stamp(job.asked + OFFERED),
    }


def _links(project: Project, job: Restore, base: str) -> list[dict[str, str]]:
    group = f"{base}{API}/groups/{project.id}"
    cluster = f"{group}/clusters/{job.source.name}"
    snapshot = f"{cluster}/backup/snapshots/{job.snapshot.id}" if job.snapshot else None
    return [
        link(f"{cluster}/backup/restoreJobs/{job.id}"),
        *([link(snapshot, f"{RELATIONS}/snapshot")] if snapshot else []),
        link(cluster, f"{RELATIONS}/cluster"),
        link(group, f"{RELATIONS}/group"),
    ]


def flex_restore_document(project: Project, job: Restore, stage: str) -> Document:
    """FlexBackupRestoreJob20241113."""
    document: Document = {
        "deliveryType": "RESTORE",
        "expirationDate": stamp(job.asked + timedelta(hours=6)),
        "id": job.id,
        "instanceName": job.source.name,
        "projectId": project.id,
        "restoreScheduledDate": stamp(job.asked),
        "status": stage,
        "targetDeploymentItemName": job.target[1],
        "targetProjectId": job.target[0],
    }
    if job.snapshot:
        document["snapshotId"] = job.snapshot.id
        document["snapshotFinishedDate"] = flex_finished(job.snapshot)
    if stage == FLEX_STAGES[-1]:
        document["restoreFinishedDate"] = stamp(job.asked + LASTS)
    return document
