"""Restores: planned against the target's data, confirmed by its name, followed to their end."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from orchestration.actions.backups.restore_jobs import (
    DONE,
    JOB,
    UNDER_WAY,
    RestoreDetails,
    all_jobs,
    job_of,
    read_job,
)
from orchestration.actions.backups.restore_targets import Target, target_of
from orchestration.actions.backups.snapshot_state import (
    COMPLETED,
    Cluster,
    SnapshotDetails,
    require_backups,
    require_snapshot,
)
from orchestration.actions.clusters.state import Located, locate
from orchestration.actions.configs import (
    HOUR_S,
    LATEST,
    Again,
    ChangingConfig,
    ClusterName,
    Confirm,
    IdOrLatest,
    Project,
    Text,
    Wait,
    WaitTimeout,
)
from orchestration.actions.context import Context, found, was_unheard
from orchestration.actions.model import ActionFailed, Change, Note, Plan, Proposal
from orchestration.actions.pricing.shapes import FLEX
from orchestration.actions.repetition import (
    Kind,
    before,
    before_asking,
    is_newer,
    not_known,
    still_counts,
    unheard,
)
from orchestration.atlas.errors import AtlasError

Document = dict[str, Any]
# The specification's minimum for pointInTimeUTCSeconds.
EARLIEST = datetime.fromtimestamp(1199145600, UTC)
# A second restore removes what was written since the first, which may itself take hours; and this
# is shorter than the time between two nightly runs.
RESTORING = Kind("restore", JOB, UNDER_WAY, untold=timedelta(hours=6))
_NO_POINT_IN_TIME = (
    "pit_enabled is off for {}, so there is no point in time to go back to: give snapshot_id "
    "(update_cluster switches it on for the time to come)"
)


def _moment(value: object) -> object:
    """ISO 8601 or Unix seconds; YAML may have made a time of it already."""
    if value is None:
        return None
    text = str(value).strip()
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise ValueError("must be a time such as 2026-12-01T10:00:00Z, or Unix seconds") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Restore(ChangingConfig):
    """A cluster's data as it was, put into a cluster in the place of what is there."""

    project: Project
    cluster: Cluster
    snapshot_id: IdOrLatest | None = Field(
        default=None, description="Id of a snapshot, or `latest`; or give restore_timestamp."
    )
    restore_timestamp: Annotated[datetime | None, BeforeValidator(_moment)] = Field(
        default=None, description="Point in time, ISO 8601 (UTC if no zone is named) or Unix s."
    )
    delivery_type: Literal["automated", "download"] = Field(
        default="automated", description="Into a cluster, or as a file to download."
    )
    target_project: Text | None = Field(
        default=None, description="Project of the target, by name or id; the same if left out."
    )
    target_cluster: ClusterName | None = Field(
        default=None, description="Cluster whose data is REPLACED; never assumed."
    )
    confirm: Confirm = None
    again: Again = False
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
    to = target_of(at, config.target_project, config.target_cluster)
    if job := _asked_before(at, config, to):
        return _go_on(at, config, to, job)
    return _propose(at, config, to)


def _asked_before(at: Located, config: Restore, to: Target) -> RestoreDetails | None:
    """The job that an earlier run of the same asked for, unless that is long done."""
    about = {**at.ids, **to.ids}
    newest = unheard(at.context, RESTORING, config, about)
    if newest is not None:
        return _asked_since(at, config, newest)
    earlier = before(at.context, RESTORING, config, about)
    job = read_job(at, earlier.id) if earlier else None
    if earlier is None or job is None or job.status in UNDER_WAY:
        return job
    counts = still_counts(at.context, RESTORING, earlier, again=config.again)
    return job if counts and job.status == DONE and _is_of_the_latest(at, config, job) else None


def _is_of_the_latest(at: Located, config: Restore, job: RestoreDetails) -> bool:
    """Whether what `latest` means now is what it meant then, if that was asked for."""
    return config.snapshot_id != LATEST or require_snapshot(at, LATEST).id == job.snapshot_id


def _asked_since(at: Located, config: Restore, newest: str) -> RestoreDetails | None:
    """The job as asked for that is newer than those there were, or None."""
    for each in all_jobs(at):
        asked = config.snapshot_id in {None, LATEST, each.snapshot_id}
        asked &= each.target_cluster == config.target_cluster
        asked &= config.restore_timestamp in {None, each.point_in_time}
        asked &= each.status in {*UNDER_WAY, DONE}
        if asked and is_newer(each.id, newest):
            return each
    return None


def _propose(at: Located, config: Restore, to: Target) -> Proposal:
    refusals, body, source = _source(at, config)
    plan = Plan(
        summary=f"Restore {config.cluster} as of {source} "
        + (f"into {to.place}." if to.place else "as a file to download."),
        changes=(Change(field="data", before=to.place, after=f"{config.cluster} as of {source}"),),
        refusals=(*refusals, *to.refusals()),
        warnings=tuple(to.warnings()),
        confirm=config.target_cluster,
    )

    def apply(note: Note) -> RestoreDetails:
        noted = before_asking(RESTORING, (each.id for each in all_jobs(at)))
        note({**at.ids, **to.ids, **noted})
        job = _sent(at, config, to, body, *noted.values())
        note({JOB: job.id})
        return _followed(at, config, job)

    return Proposal(to.place or at.label, plan, apply)


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
    return _reach_refusals(at, moment)


def _reach_refusals(at: Located, moment: datetime) -> list[str]:
    """How far back it may lie: into the restore window, and the cluster's own time."""
    schedule = found(lambda: at.context.backups.get_schedule(at.project.id, at.cluster.name))
    days = (schedule or {}).get("restoreWindowDays")
    if days and moment < at.context.now() - timedelta(days=int(days)):
        return [f"restore_timestamp is before the restore window of {days} days"]
    made = at.cluster.details().created_at
    if made and moment < datetime.fromisoformat(made):
        return [f"restore_timestamp is before {made}, when {at.cluster.name} was made"]
    return []


def _sent(at: Located, config: Restore, to: Target, body: Document, newest: str) -> RestoreDetails:
    """Ask for it; where Atlas did not say whether it took that, look."""
    try:
        return _send(at, config, to, body)
    except AtlasError as error:
        if not was_unheard(error):
            raise
        if job := _looked_for(at, config, newest):
            return job
        raise not_known(error) from None


def _looked_for(at: Located, config: Restore, newest: str) -> RestoreDetails | None:
    """What became of it, as far as Atlas can be asked."""
    with suppress(AtlasError):
        return _asked_since(at, config, newest)
    return None


def _send(at: Located, config: Restore, to: Target, body: Document) -> RestoreDetails:
    backups = at.context.backups
    if at.cluster.kind == FLEX:
        told = {"targetDeploymentItemName": config.target_cluster, "targetProjectId": to.project.id}
        return job_of(backups.restore_flex(at.project.id, at.cluster.name, body | told))
    delivery = "pointInTime" if "pointInTimeUTCSeconds" in body else config.delivery_type
    told = {"deliveryType": delivery}
    if config.target_cluster:
        told |= {"targetClusterName": config.target_cluster, "targetGroupId": to.project.id}
    return job_of(backups.restore(at.project.id, at.cluster.name, body | told))


def _go_on(at: Located, config: Restore, to: Target, job: RestoreDetails) -> Proposal:
    """An earlier run of the same began it and did not see its end, or just did."""
    ids, target = {**at.ids, **to.ids, JOB: job.id}, to.place or at.label
    was = f"Restore job {job.id}, which the same action asked for before,"
    if job.status not in UNDER_WAY:
        summary = f"{was} {_told_end(job)}: NOTHING is restored now; again: true restores anew."
        return Proposal(target, Plan(summary=summary), None, job, ids, is_adopted=True)

    def apply(note: Note) -> RestoreDetails:
        note(ids)
        return _followed(at, config, job)

    plan = Plan(summary=f"{was} is {job.status}: it is waited for, and no other is begun.")
    return Proposal(target, plan, apply, job, ids, is_adopted=True)


def _told_end(job: RestoreDetails) -> str:
    source = job.point_in_time or f"snapshot {job.snapshot_id} of {job.snapshot_taken_at}"
    ended = f" at {job.finished_at}" if job.finished_at else ""
    return f"is {job.status}{ended}, as of {source}"


def _followed(at: Located, config: Restore, job: RestoreDetails) -> RestoreDetails:
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
