"""Backup actions on snapshots: what there is, one more, one less.

Snapshots of replica sets, sharded and flex clusters live at three addresses and have two shapes;
here they are one.
"""

from typing import Annotated, Any

from pydantic import Field

from orchestration.actions.cluster_state import FoundCluster, Located, find_cluster, locate
from orchestration.actions.compliance import policy_of
from orchestration.actions.configs import (
    HOUR_S,
    ActionConfig,
    ChangingConfig,
    Confirm,
    Project,
    Text,
    Wait,
    WaitTimeout,
)
from orchestration.actions.context import Context, found, listed, was_unheard
from orchestration.actions.model import ActionFailed, Change, Note, Plan, Proposal, Refusal, Typed
from orchestration.actions.projects import project_of
from orchestration.actions.repetition import (
    before,
    before_asking,
    is_newer,
    not_known,
    unheard,
)
from orchestration.actions.shapes import FLEX, TENANT
from orchestration.atlas.errors import AtlasError

Document = dict[str, Any]
COMPLETED, FAILED = "completed", "failed"
UNDER_WAY = frozenset({"queued", "inProgress"})
ON_DEMAND = "onDemand"
SNAPSHOT = "snapshot_id"
BY_HAND = "Manual backup at "
Cluster = Annotated[Text, Field(description="Cluster, by name.")]
Limit = Annotated[int, Field(ge=1, description="How many to show, newest first.")]


class CreateSnapshot(ChangingConfig):
    """A backup of a cluster, now."""

    project: Project
    cluster: Cluster
    description: str | None = Field(default=None, description="Why it was taken.")
    retention_days: int = Field(default=7, ge=1, description="Days until Atlas deletes it.")
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
    snapshot_id: Text = Field(description="Id of the snapshot, or `latest`.")


class DeleteSnapshot(ChangingConfig):
    """One snapshot, deleted."""

    project: Project
    cluster: Cluster
    snapshot_id: Text = Field(description="Id of the snapshot.")
    confirm: Confirm = None


class SnapshotDetails(Typed):
    """A snapshot, of whatever kind of cluster.

    Attributes:
        status: queued, inProgress, completed or failed (a flex cluster's in lower case as well).
        snapshot_type: onDemand, scheduled or fallback.
        type: replicaSet, shardedCluster or flex.
    """

    id: str
    status: str
    snapshot_type: str
    type: str
    created_at: str | None = None
    expires_at: str | None = None
    description: str | None = None
    size_bytes: int | None = None
    mongodb_version: str | None = None
    frequency: str | None = None


class SnapshotList(Typed):
    """The newest snapshots, and how many there are in all."""

    total: int
    snapshots: tuple[SnapshotDetails, ...]


def require_backups(cluster: FoundCluster, *, flex_too: bool) -> None:
    """Go on only with a cluster that has snapshots.

    Raises:
        Refusal: it has none, or none that this action could do something with.
    """
    if cluster.kind == TENANT:
        raise Refusal(
            f"{cluster.name} is a free {cluster.tier} cluster, and free clusters have no backups: "
            "they need FLEX or a dedicated tier (M10 or larger)."
        )
    if cluster.kind == FLEX and not flex_too:
        raise Refusal(
            f"{cluster.name} is a flex cluster: Atlas takes and deletes its daily snapshots "
            "itself; they can be listed and restored."
        )


def create_snapshot(context: Context, config: CreateSnapshot) -> Proposal:
    """Take one, unless one is being taken; wait until it is complete."""
    at = locate(context, config.project, config.cluster)
    require_backups(at.cluster, flex_too=False)
    if taken := _asked_before(at, config):
        return _go_on(at, config, taken)
    plan = Plan(
        summary=f"Take a snapshot of {config.cluster} in project {at.project.name}.",
        changes=(Change(field="snapshot", after=f"kept for {config.retention_days} days"),),
        refusals=tuple(_refusals(at, config)),
    )

    def apply(note: Note) -> SnapshotDetails:
        noted = before_asking(SNAPSHOT, (each.id for each in all_snapshots(at)))
        note({"project_id": at.project.id, **noted})
        taken = _take(at, config, *noted.values())
        note({SNAPSHOT: taken.id})
        return _complete(at, config, taken)

    return Proposal(at.label, plan, apply)


def _asked_before(at: Located, config: CreateSnapshot) -> SnapshotDetails | None:
    """The snapshot that an earlier run of the same asked for, unless that is long done."""
    earlier = before(at.context, "create_snapshot", config, SNAPSHOT)
    taken = read_snapshot(at, earlier.id) if earlier else None
    if earlier and taken and (taken.status in UNDER_WAY or earlier.is_recent):
        return taken
    newest = unheard(at.context, "create_snapshot", config, SNAPSHOT)
    return None if newest is None else _taken_since(at, config, newest)


def _taken_since(at: Located, config: CreateSnapshot, newest: str) -> SnapshotDetails | None:
    """The snapshot as asked for that is newer than those there were, or None."""
    described = config.description or BY_HAND
    for each in all_snapshots(at):
        is_ours = (each.description or "").startswith(described)
        if each.snapshot_type == ON_DEMAND and is_ours and is_newer(each.id, newest):
            return each
    return None


def _take(at: Located, config: CreateSnapshot, newest: str) -> SnapshotDetails:
    """Ask for it; where Atlas did not say whether it took that, look."""
    description = config.description or f"{BY_HAND}{at.context.now():%Y-%m-%dT%H:%M:%SZ}"
    body = {"description": description, "retentionInDays": config.retention_days}
    try:
        return details_of(at.context.backups.take_snapshot(at.project.id, at.cluster.name, body))
    except AtlasError as error:
        if not was_unheard(error):
            raise
        taken = _taken_since(at, config, newest)
        if taken is None:
            raise not_known(error) from None
        return taken


def _go_on(
    at: Located,
    config: CreateSnapshot,
    taken: SnapshotDetails,
) -> Proposal:
    """An earlier run of the same asked for it and did not see its end, or just did."""
    ids = {"project_id": at.project.id, SNAPSHOT: taken.id}
    plan = Plan(summary=f"Snapshot {taken.id} of {config.cluster} was asked for before.")
    if taken.status not in UNDER_WAY:
        return Proposal(at.label, plan, None, taken, ids, is_adopted=True)

    def apply(note: Note) -> SnapshotDetails:
        note(ids)
        return _complete(at, config, taken)

    return Proposal(at.label, plan, apply, taken, ids, is_adopted=True)


def _refusals(at: Located, config: CreateSnapshot) -> list[str]:
    found_refusals = []
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

    def read() -> SnapshotDetails:
        return read_snapshot(at, taken.id) or taken

    done = at.context.wait(
        f"snapshot {taken.id}",
        read,
        lambda now: now.status,
        lambda now: now.status not in UNDER_WAY,
        config.wait_timeout_s,
    )
    if done.status != COMPLETED:
        raise ActionFailed(f"Atlas says that snapshot {done.id} is {done.status}.")
    return done


def list_snapshots(context: Context, config: ListSnapshots) -> Proposal:
    """The newest first, of whatever kind of cluster."""
    at = locate(context, config.project, config.cluster)
    require_backups(at.cluster, flex_too=True)
    everything = all_snapshots(at)
    plan = Plan(summary=f"{len(everything)} snapshots of {config.cluster}.")
    shown = SnapshotList(total=len(everything), snapshots=tuple(everything[: config.limit]))
    return Proposal(at.label, plan, result=shown)


def describe_snapshot(context: Context, config: DescribeSnapshot) -> Proposal:
    """One snapshot; `latest` is the newest that is complete."""
    at = _cluster_or_what_it_left(context, config.project, config.cluster)
    require_backups(at.cluster, flex_too=True)
    snapshot = require_snapshot(at, config.snapshot_id)
    plan = Plan(summary=f"Snapshot {snapshot.id} of {config.cluster} is {snapshot.status}.")
    ids = {"project_id": at.project.id, SNAPSHOT: snapshot.id}
    target = f"{at.label}/{snapshot.id}"
    return Proposal(target, plan, result=snapshot, atlas_ids=ids)


def delete_snapshot(context: Context, config: DeleteSnapshot) -> Proposal:
    """Delete one; also of a cluster that was deleted and left it behind."""
    at = _cluster_or_what_it_left(context, config.project, config.cluster)
    require_backups(at.cluster, flex_too=False)
    snapshot = read_snapshot(at, config.snapshot_id)
    target = f"{at.label}/{config.snapshot_id}"
    ids = {"project_id": at.project.id, SNAPSHOT: config.snapshot_id}
    if snapshot is None:
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
        context.backups.delete_snapshot(
            at.project.id, at.cluster.name, snapshot.id, sharded=sharded
        )
        return snapshot

    return Proposal(target, plan, apply, snapshot, ids)


def _cluster_or_what_it_left(context: Context, project: str, name: str) -> Located:
    """A deleted cluster's snapshots outlive it where they were retained."""
    there = project_of(context, project)
    cluster = find_cluster(context, there, name)
    left = FoundCluster({"name": name, "backupEnabled": True}, is_flex=False)
    return Located(context, there, cluster or left)


def all_snapshots(at: Located) -> list[SnapshotDetails]:
    """Every snapshot of a cluster, newest first."""
    backups = at.context.backups
    if at.cluster.kind == FLEX:
        documents = listed(lambda: backups.list_flex_snapshots(at.project.id, at.cluster.name))
    else:
        sharded = at.cluster.is_sharded
        documents = listed(
            lambda: backups.list_snapshots(at.project.id, at.cluster.name, sharded=sharded)
        )
    # one that is queued has no time yet: it is the newest
    return sorted(
        map(details_of, documents), key=lambda each: each.created_at or "9999", reverse=True
    )


def read_snapshot(at: Located, snapshot_id: str) -> SnapshotDetails | None:
    """One snapshot, or None after 404."""
    backups = at.context.backups
    if at.cluster.kind == FLEX:
        document = found(
            lambda: backups.get_flex_snapshot(at.project.id, at.cluster.name, snapshot_id)
        )
    else:
        document = found(
            lambda: backups.get_snapshot(
                at.project.id, at.cluster.name, snapshot_id, sharded=at.cluster.is_sharded
            )
        )
    return details_of(document) if document else None


def require_snapshot(at: Located, snapshot_id: str) -> SnapshotDetails:
    """The snapshot of this id, or the newest complete one for `latest`.

    Raises:
        Refusal: there is none.
    """
    if snapshot_id != "latest":
        snapshot = read_snapshot(at, snapshot_id)
        if snapshot is None:
            raise Refusal(f"Snapshot {snapshot_id} of {at.cluster.name} does not exist.")
        return snapshot
    for each in all_snapshots(at):
        if each.status == COMPLETED:
            return each
    raise Refusal(f"{at.cluster.name} has no complete snapshot yet.")


def details_of(document: Document) -> SnapshotDetails:
    """A snapshot as Atlas wrote it, whichever its kind."""
    if "scheduledTime" in document or "finishTime" in document:
        return _flex_details(document)
    return SnapshotDetails(
        id=str(document["id"]),
        status=str(document.get("status")),
        snapshot_type=str(document.get("snapshotType") or "unknown"),
        type=str(document.get("type") or "replicaSet"),
        created_at=document.get("createdAt"),
        expires_at=document.get("expiresAt"),
        description=document.get("description"),
        size_bytes=document.get("storageSizeBytes"),
        mongodb_version=document.get("mongodVersion"),
        frequency=document.get("frequencyType"),
    )


def _flex_details(document: Document) -> SnapshotDetails:
    status = str(document.get("status") or "").lower()
    return SnapshotDetails(
        id=str(document["id"]),
        status={"pending": "queued", "running": "inProgress"}.get(status, status),
        snapshot_type="scheduled",
        type="flex",
        created_at=document.get("finishTime") or document.get("scheduledTime"),
        expires_at=document.get("expiration"),
        mongodb_version=document.get("mongoDBVersion"),
    )
