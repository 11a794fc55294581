"""Backup actions on snapshots: what there is, one more, one less."""

from datetime import timedelta
from functools import partial

from pydantic import Field

from orchestration.actions.backups.compliance import policy_of
from orchestration.actions.backups.snapshot_state import (
    COMPLETED,
    FAILED,
    ON_DEMAND,
    SNAPSHOT,
    UNDER_WAY,
    Cluster,
    Limit,
    SnapshotDetails,
    all_snapshots,
    cluster_or_what_it_left,
    details_of,
    read_snapshot,
    require_anything,
    require_backups,
    require_snapshot,
    unseen_snapshot,
    watched_snapshot,
)
from orchestration.actions.clusters.state import DELETING, Located, leaving, locate
from orchestration.actions.configs import (
    HOUR_S,
    ActionConfig,
    Again,
    ChangingConfig,
    Confirm,
    Id,
    IdOrLatest,
    Project,
    Wait,
    WaitTimeout,
)
from orchestration.actions.context import Context
from orchestration.actions.model import ActionFailed, Change, Note, Plan, Proposal, Typed
from orchestration.actions.repetition import (
    Kind,
    asked_once,
    before,
    gone,
    is_missed,
    is_newer,
    still_counts,
    unheard,
)
from orchestration.actions.waiting import delete, wait

BY_HAND = "Manual backup at "
# An old snapshot is no backup of now, and one too many does no harm: one hour is enough.
TAKING = Kind(
    "create_snapshot",
    SNAPSHOT,
    UNDER_WAY,
    untold=timedelta(hours=1),
    listed_within=timedelta(minutes=2),
)


class CreateSnapshot(ChangingConfig):
    """A backup of a cluster, now."""

    project: Project
    cluster: Cluster
    description: str | None = Field(default=None, description="Why it was taken.")
    retention_days: int = Field(default=7, ge=1, description="Days until Atlas deletes it.")
    again: Again = False
    wait: Wait = True
    wait_timeout_s: WaitTimeout = 3 * HOUR_S


class ListSnapshots(ActionConfig):
    """The snapshots of a cluster."""

    project: Project
    cluster: Cluster
    limit: Limit = 10


class DescribeSnapshot(ActionConfig):
    """One snapshot."""

    project: Project
    cluster: Cluster
    snapshot_id: IdOrLatest = Field(description="Id of the snapshot, or `latest`.")


class DeleteSnapshot(ChangingConfig):
    """One snapshot, deleted."""

    project: Project
    cluster: Cluster
    snapshot_id: Id = Field(description="Id of the snapshot; describe_snapshot tells the latest's.")
    confirm: Confirm = None


class SnapshotList(Typed):
    """The newest snapshots, and how many there are in all."""

    total: int
    snapshots: tuple[SnapshotDetails, ...]


def create_snapshot(context: Context, config: CreateSnapshot) -> Proposal:
    """Take one, unless one is being taken; wait until it is complete."""
    at = locate(context, config.project, config.cluster)
    require_backups(at.cluster, flex_too=False)
    lost = unheard(at.context, TAKING, config, at.ids)
    if taken := _taken_since(at, config, lost.newest) if lost else _asked_before(at, config):
        return _go_on(at, config, taken)
    seconds_left = lost.seconds_left(at.context.now()) if lost else 0
    plan = Plan(
        summary=f"Take a snapshot of {config.cluster} in project {at.project.name}.",
        changes=(Change(field="snapshot", after=f"kept for {config.retention_days} days"),),
        refusals=tuple(_refusals(at, config)),
        warnings=(lost.told,) if lost and seconds_left else (),
    )

    def apply(note: Note) -> SnapshotDetails:
        taken = asked_once(
            context,
            lost,
            TAKING,
            note=note,
            about=at.ids,
            known=lambda: (each.id for each in all_snapshots(at)),
            since=partial(_taken_since, at, config),
            ask=partial(_take, at, config),
            timeout_s=config.wait_timeout_s if config.wait else 0,
        )
        note({SNAPSHOT: taken.id})
        return _complete(at, config, taken)

    return Proposal(at.label, plan, apply)


def _asked_before(at: Located, config: CreateSnapshot) -> SnapshotDetails | None:
    """The snapshot that an earlier run of the same asked for, unless that is long done."""
    earlier = before(at.context, TAKING, config, at.ids)
    if earlier is None:
        return None
    taken = read_snapshot(at, earlier.id)
    if taken is None:
        is_missed_only = is_missed(at.context, TAKING, earlier, again=config.again)
        return unseen_snapshot(earlier.id) if is_missed_only else None
    if taken.status in UNDER_WAY:
        return taken
    counts = still_counts(at.context, TAKING, earlier, again=config.again)
    return taken if counts and taken.status == COMPLETED else None


def _taken_since(at: Located, config: CreateSnapshot, newest: str) -> SnapshotDetails | None:
    """The snapshot as asked for that is newer than those there were, or None."""
    described = config.description or BY_HAND
    for each in all_snapshots(at):
        is_ours = (each.description or "").startswith(described) and each.status != FAILED
        if each.snapshot_type == ON_DEMAND and is_ours and is_newer(each.id, newest):
            return each
    return None


def _take(at: Located, config: CreateSnapshot) -> SnapshotDetails:
    description = config.description or f"{BY_HAND}{at.context.now():%Y-%m-%dT%H:%M:%SZ}"
    body = {"description": description, "retentionInDays": config.retention_days}
    return details_of(at.context.backups.take_snapshot(at.project.id, at.cluster.name, body))


def _go_on(
    at: Located,
    config: CreateSnapshot,
    taken: SnapshotDetails,
) -> Proposal:
    """An earlier run of the same asked for it and did not see its end, or just did."""
    ids = {**at.ids, SNAPSHOT: taken.id}
    was = f"Snapshot {taken.id} of {config.cluster}, which the same action asked for before,"
    if taken.status not in UNDER_WAY:
        summary = (
            f"{was} was taken {taken.created_at} and is {taken.status}: NOTHING NEW is taken; "
            "again: true takes another."
        )
        return Proposal(at.label, Plan(summary=summary), None, taken, ids, is_adopted=True)

    def apply(note: Note) -> SnapshotDetails:
        note(ids)
        return _complete(at, config, taken)

    plan = Plan(summary=f"{was} is {taken.status}: it is waited for, and no other is taken.")
    return Proposal(at.label, plan, apply, taken, ids, is_adopted=True)


def _refusals(at: Located, config: CreateSnapshot) -> list[str]:
    found_refusals = []
    if at.cluster.state == DELETING:
        found_refusals.append(f"{at.cluster.name} is being deleted")
    if not at.cluster.shape.backup:
        found_refusals.append(
            f"backups are off for {at.cluster.name}: update_cluster with backup_enabled: true first"
        )
    under_way = [
        each.id
        for each in all_snapshots(at)
        if each.snapshot_type == ON_DEMAND and each.status in UNDER_WAY
    ]
    if under_way:
        found_refusals.append(
            f"snapshot {under_way[0]} is still being taken, and Atlas takes one on demand at a time"
        )
    shortest = policy_of(at.context, at.project).shortest_on_demand_days
    if shortest and config.retention_days < shortest:
        found_refusals.append(
            f"retention_days {config.retention_days} is less than the {shortest} days that the "
            "project's backup compliance policy requires"
        )
    return found_refusals


def _complete(
    at: Located,
    config: CreateSnapshot,
    taken: SnapshotDetails,
) -> SnapshotDetails:
    if not config.wait:
        return taken

    watched = watched_snapshot(at, taken.id, lambda: leaving(at))
    is_done = lambda now: now.status not in UNDER_WAY  # noqa: E731  one word to read below
    done = wait(at.context, watched, is_done, config.wait_timeout_s)
    if done is None:
        raise gone(TAKING, f"Snapshot {taken.id}", at.context.waiting.gone_after_s)
    if done.status != COMPLETED:
        raise ActionFailed(f"Atlas says that snapshot {done.id} is {done.status}.")
    return done


def list_snapshots(context: Context, config: ListSnapshots) -> Proposal:
    """The newest first, of whatever kind of cluster; also what a deleted one has left."""
    at = cluster_or_what_it_left(context, config.project, config.cluster)
    require_backups(at.cluster, flex_too=True)
    require_anything(at)
    everything = all_snapshots(at)
    plan = Plan(summary=f"{len(everything)} snapshots of {config.cluster}.")
    shown = SnapshotList(total=len(everything), snapshots=tuple(everything[: config.limit]))
    return Proposal(at.label, plan, result=shown)


def describe_snapshot(context: Context, config: DescribeSnapshot) -> Proposal:
    """One snapshot; `latest` is the newest that is complete."""
    at = cluster_or_what_it_left(context, config.project, config.cluster)
    require_backups(at.cluster, flex_too=True)
    snapshot = require_snapshot(at, config.snapshot_id)
    plan = Plan(summary=f"Snapshot {snapshot.id} of {config.cluster} is {snapshot.status}.")
    ids = {"project_id": at.project.id, SNAPSHOT: snapshot.id}
    target = f"{at.label}/{snapshot.id}"
    return Proposal(target, plan, result=snapshot, atlas_ids=ids)


def delete_snapshot(context: Context, config: DeleteSnapshot) -> Proposal:
    """Delete one; also of a cluster that was deleted and left it behind."""
    at = cluster_or_what_it_left(context, config.project, config.cluster)
    require_backups(at.cluster, flex_too=False)
    snapshot = read_snapshot(at, config.snapshot_id)
    target = f"{at.label}/{config.snapshot_id}"
    ids = {"project_id": at.project.id, SNAPSHOT: config.snapshot_id}
    if snapshot is None:
        require_anything(at)
        plan = Plan(summary=f"Snapshot {config.snapshot_id} does not exist: nothing to delete.")
        return Proposal(target, plan, atlas_ids=ids)
    policy = policy_of(context, at.project)
    plan = Plan(
        summary=f"Delete snapshot {snapshot.id} of {config.cluster}, taken {snapshot.created_at}.",
        changes=(Change(field="snapshot", before=snapshot.id),),
        refusals=(policy.no_deletion,) if policy.is_active else (),
        confirm=config.cluster,
    )

    def apply(note: Note) -> SnapshotDetails:
        note(ids)
        sharded = snapshot.type == "shardedCluster"
        where = (at.project.id, at.cluster.name, snapshot.id)
        ask = partial(context.backups.delete_snapshot, *where, sharded=sharded)
        delete(context, watched_snapshot(at, snapshot.id), ask)
        return snapshot

    return Proposal(target, plan, apply, snapshot, ids)
