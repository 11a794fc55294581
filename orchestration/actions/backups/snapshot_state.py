"""Snapshots as Atlas has them: found, told alike for every kind of cluster.

Those of replica sets, sharded and flex clusters live at three addresses and have two shapes; here
they are one. A deleted cluster's outlive it where they were retained.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from pydantic import Field

from orchestration.actions.clusters.state import FoundCluster, Located, find_cluster
from orchestration.actions.configs import LATEST, ClusterName
from orchestration.actions.context import Context, found, listed
from orchestration.actions.model import Refusal, Typed
from orchestration.actions.pricing.shapes import FLEX, TENANT
from orchestration.actions.projects import project_of
from orchestration.actions.waiting import Watched

Document = dict[str, Any]
COMPLETED, FAILED = "completed", "failed"
UNSEEN = "notFound"
UNDER_WAY = frozenset({"queued", "inProgress", UNSEEN})
ON_DEMAND = "onDemand"
SNAPSHOT = "snapshot_id"
GONE = "gone"
Cluster = Annotated[ClusterName, Field(description="Cluster, by name.")]
Limit = Annotated[int, Field(ge=1, description="How many to show, newest first.")]


class SnapshotDetails(Typed):
    """A snapshot, of whatever kind of cluster.

    Attributes:
        status: queued, inProgress, completed or failed (a flex cluster's in lower case as well).
            notFound: asked for, and Atlas does not show it (yet).
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


def cluster_or_what_it_left(context: Context, project: str, name: str) -> Located:
    """A cluster; where there is none of this name, whatever snapshots one has left."""
    there = project_of(context, project)
    cluster = find_cluster(context, there, name)
    left = FoundCluster({"name": name, "stateName": GONE, "backupEnabled": True}, is_flex=False)
    return Located(context, there, cluster or left)


def require_anything(at: Located) -> None:
    """Go on only where there is a cluster, or snapshots that one has left.

    Raises:
        Refusal: there is neither, so the name is a mistake.
    """
    if at.cluster.state == GONE and not all_snapshots(at):
        raise Refusal(
            f"Cluster {at.cluster.name} does not exist in project {at.project.name}, and none of "
            "that name has left snapshots."
        )


def all_snapshots(at: Located) -> list[SnapshotDetails]:
    """Every snapshot of a cluster, newest first."""
    backups, where = at.context.backups, (at.project.id, at.cluster.name)
    if at.cluster.kind == FLEX:
        documents = listed(lambda: backups.list_flex_snapshots(*where))
    else:
        lists = (partial(backups.list_snapshots, *where, sharded=each) for each in _kinds(at))
        documents = [each for ask in lists for each in listed(ask)]
    # one that is queued has no time yet: it is the newest
    return sorted(
        map(details_of, documents), key=lambda each: each.created_at or "9999", reverse=True
    )


def _kinds(at: Located) -> tuple[bool, ...]:
    """Whether its snapshots are at the sharded address: of a deleted cluster nobody knows."""
    return (False, True) if at.cluster.state == GONE else (at.cluster.is_sharded,)


def read_snapshot(at: Located, snapshot_id: str) -> SnapshotDetails | None:
    """One snapshot; None only where neither its own read nor the list knows of it."""
    return watched_snapshot(at, snapshot_id).seen()


def watched_snapshot(
    at: Located, snapshot_id: str, obstacle: Callable[[], str] = lambda: ""
) -> Watched[SnapshotDetails]:
    """One snapshot as its two reads have it."""
    return Watched(
        f"snapshot {snapshot_id}",
        lambda: _read_one(at, snapshot_id),
        lambda: next((each for each in all_snapshots(at) if each.id == snapshot_id), None),
        lambda now: now.status,
        obstacle,
    )


def _read_one(at: Located, snapshot_id: str) -> SnapshotDetails | None:
    """One snapshot, or None after 404."""
    backups, where = at.context.backups, (at.project.id, at.cluster.name, snapshot_id)
    if at.cluster.kind == FLEX:
        reads = [partial(backups.get_flex_snapshot, *where)]
    else:
        reads = [partial(backups.get_snapshot, *where, sharded=each) for each in _kinds(at)]
    document = next(filter(None, map(found, reads)), None)
    return details_of(document) if document else None


def require_snapshot(at: Located, snapshot_id: str) -> SnapshotDetails:
    """The snapshot of this id, or the newest complete one for `latest`.

    Raises:
        Refusal: there is none.
    """
    if snapshot_id != LATEST:
        snapshot = read_snapshot(at, snapshot_id)
        if snapshot is None:
            require_anything(at)
            raise Refusal(f"Snapshot {snapshot_id} of {at.cluster.name} does not exist.")
        return snapshot
    for each in all_snapshots(at):
        if each.status == COMPLETED:
            return each
    require_anything(at)
    raise Refusal(f"{at.cluster.name} has no complete snapshot yet.")


def unseen_snapshot(snapshot_id: str) -> SnapshotDetails:
    """A snapshot that Atlas once gave an id to and does not show now."""
    return SnapshotDetails(id=snapshot_id, status=UNSEEN, snapshot_type=ON_DEMAND, type="unknown")


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
