"""Restores: planned against the target's data, confirmed by its name, followed to their end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from orchestration.actions.backups.restore_config import Restore
from orchestration.actions.backups.restore_jobs import (
    DONE,
    DOWNLOAD,
    JOB,
    UNDER_WAY,
    RestoreDetails,
    all_jobs,
    job_of,
    read_job,
    unseen_job,
    watched_job,
)
from orchestration.actions.backups.restore_targets import Target, target_of
from orchestration.actions.backups.snapshot_state import (
    COMPLETED,
    SnapshotDetails,
    require_backups,
    require_snapshot,
)
from orchestration.actions.clusters.state import Located, leaving, locate
from orchestration.actions.configs import LATEST
from orchestration.actions.context import Context, found
from orchestration.actions.model import ActionFailed, Change, Note, Plan, Proposal
from orchestration.actions.pricing.shapes import FLEX
from orchestration.actions.repetition import (
    Kind,
    Unheard,
    asked_once,
    before,
    gone,
    is_missed,
    is_newer,
    still_counts,
    unheard,
)
from orchestration.actions.waiting import wait

Document = dict[str, Any]
# The specification's minimum for pointInTimeUTCSeconds.
EARLIEST = datetime.fromtimestamp(1199145600, UTC)
# A second restore removes what was written since the first, which may itself take hours; and this
# is shorter than the time between two nightly runs.
RESTORING = Kind(
    "restore",
    JOB,
    UNDER_WAY,
    untold=timedelta(hours=6),
    listed_within=timedelta(minutes=10),
)
_NO_POINT_IN_TIME = (
    "pit_enabled is off for {}, so there is no point in time to go back to: give snapshot_id "
    "(update_cluster switches it on for the time to come)"
)


def restore(context: Context, config: Restore) -> Proposal:
    """Put a snapshot, or a moment, into the target; wait until Atlas says how it ended."""
    at = locate(context, config.project, config.cluster)
    require_backups(at.cluster, flex_too=True)
    to = target_of(at, config.target_project, config.target_cluster)
    lost = unheard(at.context, RESTORING, config, {**at.ids, **to.ids})
    if job := _asked_since(at, config, lost.newest) if lost else _asked_before(at, config, to):
        return _go_on(at, config, to, job, "which the same action asked for before,")
    if job := _same_under_way(at, config, to):
        return _go_on(at, config, to, job, "which is what this one asks for,")
    return _propose(at, config, to, lost)


def _asked_before(at: Located, config: Restore, to: Target) -> RestoreDetails | None:
    """The job that an earlier run of the same asked for, unless that is long done."""
    earlier = before(at.context, RESTORING, config, {**at.ids, **to.ids})
    if earlier is None:
        return None
    job = read_job(at, earlier.id)
    if job is None:
        is_missed_only = is_missed(at.context, RESTORING, earlier, again=config.again)
        return unseen_job(earlier.id, config.delivery_type) if is_missed_only else None
    if job.status in UNDER_WAY:
        return job
    counts = still_counts(at.context, RESTORING, earlier, again=config.again)
    return job if counts and job.status == DONE and _is_of_the_latest(at, config, job) else None


def _is_of_the_latest(at: Located, config: Restore, job: RestoreDetails) -> bool:
    """Whether what `latest` means now is what it meant then, if that was asked for."""
    return config.snapshot_id != LATEST or require_snapshot(at, LATEST).id == job.snapshot_id


def _asked_since(at: Located, config: Restore, newest: str) -> RestoreDetails | None:
    """The job as asked for that is newer than those there were, or None."""
    for each in all_jobs(at):
        is_alive = each.status in {*UNDER_WAY, DONE}
        if is_alive and _is_as_asked(each, config) and is_newer(each.id, newest):
            return each
    return None


def _is_as_asked(job: RestoreDetails, config: Restore) -> bool:
    return (
        config.snapshot_id in {None, LATEST, job.snapshot_id}
        and config.restore_timestamp in {None, job.point_in_time}
        and job.target_cluster == config.target_cluster
        and (job.delivery_type == DOWNLOAD) is (config.delivery_type == DOWNLOAD)
    )


def _under_way(at: Located, to: Target) -> Iterator[RestoreDetails]:
    """The jobs into the target that Atlas's list has under way, whoever asked for them."""
    name = to.cluster.name if to.cluster else None
    for each in all_jobs(at):
        is_there = each.target_cluster == name and each.target_project_id in {None, to.project.id}
        if is_there and each.status in UNDER_WAY:
            yield each


def _same_under_way(at: Located, config: Restore, to: Target) -> RestoreDetails | None:
    """Such a job that is what this run asks for: no record of ours need know of it."""
    same = (each for each in _under_way(at, to) if _is_as_asked(each, config))
    return next((each for each in same if _is_of_the_latest(at, config, each)), None)


def _propose(at: Located, config: Restore, to: Target, lost: Unheard | None) -> Proposal:
    refusals, body, source = _source(at, config)
    seconds_left = lost.seconds_left(at.context.now()) if lost else 0
    plan = Plan(
        summary=f"Restore {config.cluster} as of {source} "
        + (f"into {to.place}." if to.place else "as a file to download."),
        changes=(Change(field="data", before=to.place, after=f"{config.cluster} as of {source}"),),
        refusals=(*refusals, *to.refusals(), *_busy(at, to)),
        warnings=(*to.warnings(), *([lost.told] if lost and seconds_left else [])),
        confirm=config.target_cluster,
    )

    def apply(note: Note) -> RestoreDetails:
        job = asked_once(
            at.context,
            lost,
            RESTORING,
            note=note,
            about={**at.ids, **to.ids},
            known=lambda: (each.id for each in all_jobs(at)),
            since=partial(_asked_since, at, config),
            ask=partial(_send, at, config, to, body),
            timeout_s=config.wait_timeout_s if config.wait else 0,
        )
        note({JOB: job.id})
        return _followed(at, config, to, job)

    return Proposal(to.place or at.label, plan, apply)


def _busy(at: Located, to: Target) -> list[str]:
    """Another restore into the target: Atlas would refuse this one, or it would undo that."""
    if to.cluster is None:
        return []
    return [
        f"restore job {each.id} into {to.place}, {_told_source(each)}, is {each.status}: wait "
        "until it ends (get_restore_status)"
        for each in _under_way(at, to)
    ]


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


def _go_on(at: Located, config: Restore, to: Target, job: RestoreDetails, whose: str) -> Proposal:
    """It was begun already, and its end is not there or was not seen, or just was."""
    ids, target = {**at.ids, **to.ids, JOB: job.id}, to.place or at.label
    was = f"Restore job {job.id}, {whose}"
    if job.status not in UNDER_WAY:
        summary = f"{was} {_told_end(job)}: NOTHING is restored now; again: true restores anew."
        return Proposal(target, Plan(summary=summary), None, job, ids, is_adopted=True)

    def apply(note: Note) -> RestoreDetails:
        note(ids)
        return _followed(at, config, to, job)

    plan = Plan(summary=f"{was} is {job.status}: it is waited for, and no other is begun.")
    return Proposal(target, plan, apply, job, ids, is_adopted=True)


def _told_end(job: RestoreDetails) -> str:
    ended = f" at {job.finished_at}" if job.finished_at else ""
    return f"is {job.status}{ended}, {_told_source(job)}"


def _told_source(job: RestoreDetails) -> str:
    source = job.point_in_time or f"snapshot {job.snapshot_id} of {job.snapshot_taken_at}"
    return f"as of {source}"


def _followed(at: Located, config: Restore, to: Target, job: RestoreDetails) -> RestoreDetails:
    if not config.wait:
        return job
    watched = watched_job(at, job.id, lambda: leaving(at) or to.leaving())
    is_done = lambda now: now.status not in UNDER_WAY  # noqa: E731  one word to read below
    done = wait(at.context, watched, is_done, config.wait_timeout_s)
    if done is None:
        raise gone(RESTORING, f"Restore job {job.id}", at.context.waiting.gone_after_s)
    if done.status != DONE:
        raise ActionFailed(f"Atlas says that restore job {done.id} is {done.status}.")
    return done
