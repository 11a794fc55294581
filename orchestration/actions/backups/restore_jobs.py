"""Restore jobs: what became of them, told alike for every kind of cluster."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from orchestration.actions.backups.snapshot_state import Cluster, Limit, require_backups
from orchestration.actions.clusters.state import Located, locate
from orchestration.actions.configs import ActionConfig, Id, Project
from orchestration.actions.context import Context, found, listed
from orchestration.actions.model import Plan, Proposal, Refusal, Typed
from orchestration.actions.pricing.shapes import FLEX
from orchestration.actions.waiting import Watched
from orchestration.atlas.backups import HAS_DOWNLOAD

Document = dict[str, Any]
JOB = "restore_job_id"
IN_PROGRESS, DONE = "IN_PROGRESS", "COMPLETED"
UNSEEN = "NOT_FOUND"
UNDER_WAY = frozenset({IN_PROGRESS, "PENDING", "QUEUED", "RUNNING", UNSEEN})
DOWNLOAD = "download"


class GetRestoreStatus(ActionConfig):
    """How far a restore is."""

    project: Project
    cluster: Cluster
    job_id: Id = Field(description="Id of the restore job.")


class ListRestoreJobs(ActionConfig):
    """The restores of a cluster."""

    project: Project
    cluster: Cluster
    limit: Limit = 10


class RestoreDetails(Typed):
    """A restore job, of whatever kind of cluster.

    Attributes:
        status: COMPLETED, FAILED, CANCELLED, EXPIRED or IN_PROGRESS. Atlas tells it for flex
            clusters only (there PENDING, QUEUED and RUNNING too); for others it follows from what
            became of the job. NOT_FOUND: asked for, and Atlas does not show it (yet).
        snapshot_taken_at: Atlas's `timestamp`: when the snapshot was taken, not the job.
        has_download: Whether there is a file to fetch.
        download: Where its address is, and until when. The address itself is a secret: whoever has
            it has the data, so Atlas alone shows it.
    """

    id: str
    status: str
    delivery_type: str
    snapshot_id: str | None = None
    snapshot_taken_at: str | None = None
    point_in_time: datetime | None = None
    target_project_id: str | None = None
    target_cluster: str | None = None
    finished_at: str | None = None
    expires_at: str | None = None
    has_download: bool = False
    download: str | None = None


class RestoreList(Typed):
    """The newest restore jobs, and how many there are in all."""

    total: int
    restore_jobs: tuple[RestoreDetails, ...]


def get_restore_status(context: Context, config: GetRestoreStatus) -> Proposal:
    """How far one restore is."""
    at = locate(context, config.project, config.cluster)
    require_backups(at.cluster, flex_too=True)
    job = read_job(at, config.job_id)
    if job is None:
        raise Refusal(f"Restore job {config.job_id} of {config.cluster} does not exist.")
    plan = Plan(summary=f"Restore job {job.id} is {job.status}.")
    ids = {"project_id": at.project.id, JOB: job.id}
    return Proposal(at.label, plan, result=job, atlas_ids=ids)


def list_restore_jobs(context: Context, config: ListRestoreJobs) -> Proposal:
    """The newest restores first."""
    at = locate(context, config.project, config.cluster)
    require_backups(at.cluster, flex_too=True)
    jobs = all_jobs(at)
    plan = Plan(summary=f"{len(jobs)} restore jobs of {config.cluster}.")
    shown = RestoreList(total=len(jobs), restore_jobs=tuple(jobs[: config.limit]))
    return Proposal(at.label, plan, result=shown)


def all_jobs(at: Located) -> list[RestoreDetails]:
    """Every restore of a cluster, newest first."""
    backups, name = at.context.backups, at.cluster.name
    ask = backups.list_flex_restore_jobs if at.cluster.kind == FLEX else backups.list_restore_jobs
    documents = listed(lambda: ask(at.project.id, name))
    # Atlas says of no job when it was asked for, but its id begins with that second
    return sorted(map(job_of, documents), key=lambda each: each.id[:8], reverse=True)


def read_job(at: Located, job_id: str) -> RestoreDetails | None:
    """One restore job; None only where neither its own read nor the list knows of it."""
    return watched_job(at, job_id).seen()


def watched_job(
    at: Located, job_id: str, obstacle: Callable[[], str] = lambda: ""
) -> Watched[RestoreDetails]:
    """One restore job as its two reads have it."""
    return Watched(
        f"restore job {job_id}",
        lambda: _read_one(at, job_id),
        lambda: next((each for each in all_jobs(at) if each.id == job_id), None),
        lambda now: now.status,
        obstacle,
    )


def _read_one(at: Located, job_id: str) -> RestoreDetails | None:
    """One restore job, or None after 404."""
    backups, name = at.context.backups, at.cluster.name
    read = backups.get_flex_restore_job if at.cluster.kind == FLEX else backups.get_restore_job
    document = found(lambda: read(at.project.id, name, job_id))
    return job_of(document) if document else None


def unseen_job(job_id: str, delivery_type: str) -> RestoreDetails:
    """A job that Atlas once gave an id to and does not show now."""
    return RestoreDetails(id=job_id, status=UNSEEN, delivery_type=delivery_type)


def job_of(document: Document) -> RestoreDetails:
    """A restore job as Atlas wrote it, whichever its kind."""
    seconds = document.get("pointInTimeUTCSeconds")
    return RestoreDetails(
        id=str(document["id"]),
        status=status_of(document),
        delivery_type=str(document.get("deliveryType") or "automated"),
        snapshot_id=document.get("snapshotId"),
        snapshot_taken_at=document.get("timestamp") or document.get("snapshotFinishedDate"),
        point_in_time=datetime.fromtimestamp(seconds, UTC) if seconds else None,
        target_project_id=document.get("targetGroupId") or document.get("targetProjectId"),
        target_cluster=document.get("targetClusterName")
        or document.get("targetDeploymentItemName"),
        finished_at=document.get("finishedAt") or document.get("restoreFinishedDate"),
        expires_at=document.get("expiresAt") or document.get("expirationDate"),
        has_download=bool(document.get(HAS_DOWNLOAD)),
        download=_download(document),
    )


def _download(document: Document) -> str | None:
    if str(document.get("deliveryType")) != DOWNLOAD:
        return None
    ends = document.get("expiresAt")
    if document.get("expired"):
        return f"The address expired at {ends}: restore once more to get another."
    if not document.get(HAS_DOWNLOAD):
        return "There is no address yet."
    return (
        "The address is in Atlas, on the Backup page of the cluster, and in Atlas's API as "
        f"deliveryUrl of restore job {document['id']}; until {ends or 'Atlas ends it'}. It is not "
        "shown here: whoever has it has the data."
    )


def status_of(document: Document) -> str:
    """A job's status: Atlas's own for flex clusters, else what its marks mean.

    The order is Atlas's command line's: a job that failed may also carry a finishing time.
    """
    if document.get("status"):
        return str(document["status"]).upper()
    if document.get("failed"):
        return "FAILED"
    if document.get("cancelled"):
        return "CANCELLED"
    if document.get("expired"):
        return "EXPIRED"
    if document.get("finishedAt") or document.get(HAS_DOWNLOAD):
        return DONE
    return IN_PROGRESS
