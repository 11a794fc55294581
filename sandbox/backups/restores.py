"""Which restore jobs a cluster has on a day, and how Atlas writes them in JSON.

Production practises on Mondays: a restore that ends differently each week of four, and a download.
A dedicated cluster's job has no status, only what became of it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sandbox.backups.snapshots import FLEX_SECOND, Snapshot, Then, flex_finished, taken_on, timed_id
from sandbox.estate.inventory import API, RELATIONS, link
from sandbox.estate.resources import Cluster, Project
from sandbox.identity import digest
from sandbox.months import instant

PRODUCTION = ("env", "prod")
MONDAY = 0
LISTED_DAYS = 28
DOWNLOAD_DAYS = 7
OUTCOMES = ("finished", "failed", "point in time", "cancelled")
JOB_SECOND, LASTS_SECONDS = 5 * 3600, 1260
DOWNLOAD_SECOND = JOB_SECOND + 600
NEVER = {"date": None, "increment": None, "time": None}
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """One restore; `outcome` is one of `OUTCOMES` or "download"."""

    snapshot: Snapshot
    day: date
    second: int
    outcome: str

    @property
    def id(self) -> str:
        """As in Atlas, its first four bytes are the second it was asked for."""
        return timed_id(self.day, self.second, self.snapshot.cluster.id, "restore")


def jobs(cluster: Cluster, today: date, then: Then) -> list[Job]:
    """A dedicated cluster's restore jobs, newest first; `then` says what it was on a day."""
    if not cluster.backup:
        return []
    found = []
    for day in _practised(cluster, today, then):
        saved = taken_on(cluster, day)
        found.append(Job(saved, day, DOWNLOAD_SECOND, "download"))
        outcome = _outcome(day)
        if outcome == "point in time" and not then(cluster, day).continuous_backup:
            outcome = "finished"
        found.append(Job(saved, day, JOB_SECOND, outcome))
    return found


def flex_jobs(cluster: Cluster, today: date, then: Then) -> list[Job]:
    """A flex cluster's restore jobs, newest first, from the evening before."""
    found = []
    for day in _practised(cluster, today, then):
        saved = Snapshot(cluster, day - timedelta(days=1), FLEX_SECOND)
        found.append(Job(saved, day, JOB_SECOND, _outcome(day)))
    return found


def _practised(cluster: Cluster, today: date, then: Then) -> list[date]:
    days = (today - timedelta(days=age) for age in range(LISTED_DAYS))
    born = cluster.life.born + timedelta(days=1)
    mondays = (day for day in days if day.weekday() == MONDAY and day > born)
    found = ((day, then(cluster, day)) for day in mondays)
    return [day for day, was in found if PRODUCTION in was.tags and was.life.covers(day)]


def _outcome(day: date) -> str:
    return OUTCOMES[day.toordinal() // 7 % len(OUTCOMES)]


def job_document(project: Project, target: str, job: Job, base: str, today: date) -> Document:
    """DiskBackupSnapshotRestoreJob; `target` is the cluster restored into."""
    document: Document = {
        "cancelled": job.outcome == "cancelled",
        "deliveryType": "automated",
        "deliveryUrl": [],
        "desiredTimestamp": NEVER,
        "expired": False,
        "failed": job.outcome == "failed",
        "id": job.id,
        "links": _links(project, job, base),
        "snapshotId": job.snapshot.id,
        "timestamp": job.snapshot.created,
    }
    if job.outcome == "download":
        return document | _download(job, today)
    document |= {"targetClusterName": target, "targetGroupId": project.id}
    if job.outcome in ("finished", "point in time"):
        document["finishedAt"] = instant(job.day, job.second + LASTS_SECONDS)
    if job.outcome == "point in time":
        document["deliveryType"] = "pointInTime"
        document["pointInTimeUTCSeconds"] = int(job.id[:8], 16) - 3600
    return document


def _download(job: Job, today: date) -> Document:
    """Never finished: it has an address until it expires."""
    end = job.day + timedelta(days=DOWNLOAD_DAYS)
    secret = digest(job.id, "address")[:24]
    host = f"restore-{job.id}.{digest(job.snapshot.cluster.id)[:6]}.mongodb.net"
    address = f"https://{host}:27017/{secret}/restore-{job.snapshot.id}.tar.gz"
    return {
        "deliveryType": "download",
        "deliveryUrl": [address] if today < end else [],
        "expired": today >= end,
        "expiresAt": instant(end, job.second),
    }


def _links(project: Project, job: Job, base: str) -> list[dict[str, str]]:
    group = f"{base}{API}/groups/{project.id}"
    cluster = f"{group}/clusters/{job.snapshot.cluster.name}"
    return [
        link(f"{cluster}/backup/restoreJobs/{job.id}"),
        link(f"{cluster}/backup/snapshots/{job.snapshot.id}", f"{RELATIONS}/snapshot"),
        link(cluster, f"{RELATIONS}/cluster"),
        link(group, f"{RELATIONS}/group"),
    ]


def flex_job_document(project: Project, job: Job, today: date) -> Document:
    """FlexBackupRestoreJob20241113: this kind has a status, and none that says cancelled."""
    status = "FAILED" if job.outcome == "failed" else "COMPLETED"
    document = {
        "deliveryType": "RESTORE",
        "expirationDate": instant(job.day, job.second + 6 * 3600),
        "id": job.id,
        "instanceName": job.snapshot.cluster.name,
        "projectId": project.id,
        "restoreScheduledDate": instant(job.day, job.second),
        "snapshotFinishedDate": flex_finished(job.snapshot),
        "snapshotId": job.snapshot.id,
        "status": "RUNNING" if job.day == today else status,
        "targetDeploymentItemName": job.snapshot.cluster.name,
        "targetProjectId": project.id,
    }
    if document["status"] == "COMPLETED":
        document["restoreFinishedDate"] = instant(job.day, job.second + 61)
    return document
