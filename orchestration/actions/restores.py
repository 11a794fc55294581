"""Restores: planned against the target's data, confirmed by its name, followed to their end."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from orchestration.actions.cluster_state import Located, locate, require_cluster
from orchestration.actions.configs import (
    HOUR_S,
    ChangingConfig,
    Confirm,
    Project,
    Text,
    Wait,
    WaitTimeout,
)
from orchestration.actions.context import Context, found, was_unheard
from orchestration.actions.model import ActionFailed, Change, Note, Plan, Proposal
from orchestration.actions.projects import ProjectRef, project_of
from orchestration.actions.repetition import (
    before,
    before_asking,
    is_newer,
    not_known,
    unheard,
)
from orchestration.actions.restore_jobs import (
    DONE,
    JOB,
    UNDER_WAY,
    RestoreDetails,
    all_jobs,
    job_of,
    read_job,
)
from orchestration.actions.shapes import DEDICATED, FLEX
from orchestration.actions.snapshots import (
    COMPLETED,
    Cluster,
    SnapshotDetails,
    require_backups,
    require_snapshot,
)
from orchestration.atlas.errors import AtlasError

Document = dict[str, Any]
# The specification's minimum for pointInTimeUTCSeconds.
EARLIEST = datetime.fromtimestamp(1199145600, UTC)
_NO_POINT_IN_TIME = (
    "pit_enabled is off for {}, so there is no point in time to go back to: give snapshot_id "
    "(update_cluster switches it on for the time to come)"
)
_NO_FLEX_DOWNLOAD = (
    "a flex cluster's snapshot is downloaded in Atlas itself; here it can be restored into a flex "
    "cluster (target_cluster)"
)


def _moment(value: object) -> object:
    """ISO 8601 or Unix seconds; YAML may have made a time of it already."""
    if value is None or isinstance(value, datetime):
        return value
    text = str(value).strip()
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise ValueError("must be a time such as 2026-12-01T10:00:00Z, or Unix seconds") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Restore(ChangingConfig):
    """A cluster's data as it was, put into a cluster in the place of what is there."""

    project: Project
    cluster: Cluster
    snapshot_id: Text | None = Field(
        default=None, description="Id of a snapshot, or `latest`; or give restore_timestamp."
    )
    restore_timestamp: Annotated[datetime | None, BeforeValidator(_moment)] = Field(
        default=None, description="Point in time, ISO 8601 (UTC if no zone is named) or Unix s."
    )
    delivery_type: Literal["automated", "download"] = Field(
        default="automated", description="Into a cluster, or as a file to download."
    )
    target_project: str | None = Field(
        default=None, description="Project of the target, by name or id; the same if left out."
    )
    target_cluster: str | None = Field(
        default=None, description="Cluster whose data is REPLACED; never assumed."
    )
    confirm: Confirm = None
    wait: Wait = True
    wait_timeout_s: WaitTimeout = 6 * HOUR_S

    @model_validator(mode="after")
    def _names_one_moment(self) -> "Restore":
        if (self.snapshot_id is None) is (self.restore_timestamp is None):
            raise ValueError("exactly one of snapshot_id and restore_timestamp must be given")
        if self.delivery_type == "automated" and not self.target_cluster:
            raise ValueError(
                f"target_cluster must be given: its data is replaced; say {self.cluster} to "
                "overwrite the cluster itself"
            )
        if self.delivery_type == "download" and self.target_cluster:
            raise ValueError("target_cluster does not go with delivery_type: download")
        return self


def restore(context: Context, config: Restore) -> Proposal:
    """Put a snapshot, or a moment, into the target; wait until Atlas says how it ended."""
    at = locate(context, config.project, config.cluster)
    require_backups(at.cluster, flex_too=True)
    if job := _asked_before(at, config):
        return _go_on(at, config, job)
    return _propose(at, config)


def _asked_before(at: Located, config: Restore) -> RestoreDetails | None:
    """The job that an earlier run of the same asked for, unless that is long done."""
    earlier = before(at.context, "restore", config, JOB)
    job = read_job(at, earlier.id) if earlier else None
    if earlier and job and (job.status in UNDER_WAY or earlier.is_recent):
        return job
    newest = unheard(at.context, "restore", config, JOB)
    return None if newest is None else _asked_since(at, config, newest)


def _asked_since(at: Located, config: Restore, newest: str) -> RestoreDetails | None:
    """The job as asked for that is newer than those there were, or None."""
    for each in all_jobs(at):
        asked = config.snapshot_id in {None, "latest", each.snapshot_id}
        asked &= each.target_cluster == config.target_cluster
        asked &= config.restore_timestamp in {None, each.point_in_time}
        if asked and is_newer(each.id, newest):
            return each
    return None


def _propose(at: Located, config: Restore) -> Proposal:
    refusals, body, source = _source(at, config)
    target_project, place, more, warnings = _target(at, config)
    refusals += more
    plan = Plan(
        summary=f"Restore {config.cluster} as of {source} "
        + (f"into {place}." if place else "as a file to download."),
        changes=(Change(field="data", before=place, after=f"{config.cluster} as of {source}"),),
        refusals=tuple(refusals),
        warnings=tuple(warnings),
        confirm=config.target_cluster,
    )

    def apply(note: Note) -> RestoreDetails:
        noted = before_asking(JOB, (each.id for each in all_jobs(at)))
        note({"project_id": at.project.id, "target_project_id": target_project.id, **noted})
        job = _sent(at, config, target_project, body, *noted.values())
        note({JOB: job.id})
        return _followed(at, config, job)

    return Proposal(place or at.label, plan, apply)


def _source(at: Located, config: Restore) -> tuple[list[str], Document, str]:
    """Why the moment cannot be restored, what Atlas is told of it, and how to say it."""
    if config.restore_timestamp is not None:
        moment = config.restore_timestamp
        told: Document = {"pointInTimeUTCSeconds": int(moment.timestamp())}
        return _window_refusals(at, moment), told, f"{moment:%F %T} UTC"
    snapshot = require_snapshot(at, str(config.snapshot_id))
    refusals = []
    if snapshot.status != COMPLETED:
        refusals.append(f"snapshot {snapshot.id} is {snapshot.status}, not completed")
    return refusals, {"snapshotId": snapshot.id}, _told(snapshot)


def _told(snapshot: SnapshotDetails) -> str:
    return f"snapshot {snapshot.id} of {snapshot.created_at}"


def _window_refusals(at: Located, moment: datetime) -> list[str]:
    if at.cluster.kind == FLEX:
        return ["a flex cluster cannot be restored to a point in time: give snapshot_id"]
    if not at.cluster.shape.continuous_backup:
        return [_NO_POINT_IN_TIME.format(at.cluster.name)]
    if moment < EARLIEST:
        return [f"restore_timestamp is before {EARLIEST:%F}, which Atlas does not take"]
    if moment > at.context.now():
        return ["restore_timestamp is in the future"]
    schedule = found(lambda: at.context.backups.get_schedule(at.project.id, at.cluster.name))
    days = (schedule or {}).get("restoreWindowDays")
    if days and moment < at.context.now() - timedelta(days=int(days)):
        return [f"restore_timestamp is before the restore window of {days} days"]
    return []


def _target(at: Located, config: Restore) -> tuple[ProjectRef, str | None, list[str], list[str]]:
    """Where it goes, how to say that, why it cannot go there, and what it does there."""
    if config.target_cluster is None:
        return at.project, None, [_NO_FLEX_DOWNLOAD] if at.cluster.kind == FLEX else [], []
    to = project_of(at.context, config.target_project) if config.target_project else at.project
    is_itself = (to.id, config.target_cluster) == (at.project.id, config.cluster)
    target = at.cluster if is_itself else require_cluster(at.context, to, config.target_cluster)
    refusals = []
    if (target.kind == FLEX) is not (at.cluster.kind == FLEX) or target.kind not in {
        DEDICATED,
        FLEX,
    }:
        refusals.append(
            f"{target.name} is {target.tier} and {at.cluster.name} is {at.cluster.tier}: a flex "
            "cluster restores into a flex cluster, a dedicated one into a dedicated one"
        )
    elif target.shape.shards != at.cluster.shape.shards:
        refusals.append(
            f"{target.name} has {target.shape.shards} shards, {at.cluster.name} has "
            f"{at.cluster.shape.shards}: Atlas restores between clusters of equal shards"
        )
    if target.is_paused:
        refusals.append(f"{target.name} is paused: resume_cluster first")
    place = f"{to.name}/{config.target_cluster}"
    warnings = [
        f"ALL data of {place} is removed before the restore and cannot be used until it ends."
    ]
    if is_itself:
        warnings.append("The target is the source itself: take a snapshot of it first.")
    return to, place, refusals, warnings


def _sent(
    at: Located, config: Restore, target: ProjectRef, body: Document, newest: str
) -> RestoreDetails:
    """Ask for it; where Atlas did not say whether it took that, look."""
    try:
        return _send(at, config, target, body)
    except AtlasError as error:
        if not was_unheard(error):
            raise
        job = _asked_since(at, config, newest)
        if job is None:
            raise not_known(error) from None
        return job


def _send(
    at: Located,
    config: Restore,
    target: ProjectRef,
    body: Document,
) -> RestoreDetails:
    backups = at.context.backups
    if at.cluster.kind == FLEX:
        told = {"targetDeploymentItemName": config.target_cluster, "targetProjectId": target.id}
        return job_of(backups.restore_flex(at.project.id, at.cluster.name, body | told))
    delivery = "pointInTime" if "pointInTimeUTCSeconds" in body else config.delivery_type
    told = {"deliveryType": delivery}
    if config.target_cluster:
        told |= {"targetClusterName": config.target_cluster, "targetGroupId": target.id}
    return job_of(backups.restore(at.project.id, at.cluster.name, body | told))


def _go_on(
    at: Located,
    config: Restore,
    job: RestoreDetails,
) -> Proposal:
    """An earlier run of the same began it and did not see its end, or just did."""
    ids = {"project_id": at.project.id, JOB: job.id}
    target = f"{config.target_project or config.project}/{config.target_cluster or config.cluster}"
    plan = Plan(summary=f"Restore job {job.id} was begun before and is {job.status}.")
    if job.status not in UNDER_WAY:
        return Proposal(target, plan, None, job, ids, is_adopted=True)

    def apply(note: Note) -> RestoreDetails:
        note(ids)
        return _followed(at, config, job)

    return Proposal(target, plan, apply, job, ids, is_adopted=True)


def _followed(
    at: Located,
    config: Restore,
    job: RestoreDetails,
) -> RestoreDetails:
    if not config.wait:
        return job
    done = at.context.wait(
        f"restore job {job.id}",
        lambda: read_job(at, job.id) or job,
        lambda now: now.status,
        lambda now: now.status not in UNDER_WAY,
        config.wait_timeout_s,
    )
    if done.status != DONE:
        raise ActionFailed(f"Atlas says that restore job {done.id} is {done.status}.")
    return done
