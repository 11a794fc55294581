"""Snapshots and restore jobs on request: one function an operation."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from starlette.requests import Request

from sandbox import restores, snapshots
from sandbox.errors import not_found
from sandbox.inventory import Document
from sandbox.inventory_operations import own_dedicated, own_flex, own_group
from sandbox.organization import Cluster, Project
from sandbox.paging import base_url, page
from sandbox.restores import Job
from sandbox.snapshots import Snapshot
from sandbox.state import Sandbox


class HasId(Protocol):
    """Anything that Atlas knows by an id."""

    @property
    def id(self) -> str:
        """Its id."""


Item = TypeVar("Item", bound=HasId)


def list_snapshots(sandbox: Sandbox, request: Request) -> Document:
    """A replica set's snapshots; a sharded cluster's are listed elsewhere."""
    project, found = _snapshots(sandbox, request, is_sharded=False)
    base = base_url(request)
    return page(request, found, lambda one: snapshots.replica_set_document(project, one, base))


def get_snapshot(sandbox: Sandbox, request: Request) -> Document:
    """One snapshot of a replica set."""
    project, found = _snapshots(sandbox, request, is_sharded=False)
    snapshot = _wanted(found, request, "snapshotId")
    return snapshots.replica_set_document(project, snapshot, base_url(request))


def list_sharded_snapshots(sandbox: Sandbox, request: Request) -> Document:
    """A sharded cluster's snapshots, all on one page."""
    project, found = _snapshots(sandbox, request, is_sharded=True)
    base = base_url(request)
    documents = [snapshots.sharded_document(project, one, base) for one in found]
    return {"results": documents, "totalCount": len(documents)}


def get_sharded_snapshot(sandbox: Sandbox, request: Request) -> Document:
    """One snapshot of a sharded cluster."""
    project, found = _snapshots(sandbox, request, is_sharded=True)
    snapshot = _wanted(found, request, "snapshotId")
    return snapshots.sharded_document(project, snapshot, base_url(request))


def list_flex_snapshots(sandbox: Sandbox, request: Request) -> Document:
    """A flex cluster's snapshots."""
    _, cluster = own_flex(sandbox, request)
    found = snapshots.flex_snapshots(cluster, sandbox.clock.today)
    return page(request, found, snapshots.flex_document)


def get_flex_snapshot(sandbox: Sandbox, request: Request) -> Document:
    """One snapshot of a flex cluster."""
    _, cluster = own_flex(sandbox, request)
    found = snapshots.flex_snapshots(cluster, sandbox.clock.today)
    return snapshots.flex_document(_wanted(found, request, "snapshotId"))


def list_restore_jobs(sandbox: Sandbox, request: Request) -> Document:
    """A dedicated cluster's restore jobs."""
    project, cluster = own_dedicated(sandbox, request)
    found = restores.jobs(cluster, sandbox.clock.today)
    return page(request, found, lambda job: _job(project, job, sandbox, request))


def get_restore_job(sandbox: Sandbox, request: Request) -> Document:
    """One restore job of a dedicated cluster."""
    project, cluster = own_dedicated(sandbox, request)
    found = restores.jobs(cluster, sandbox.clock.today)
    return _job(project, _wanted(found, request, "restoreJobId"), sandbox, request)


def list_flex_restore_jobs(sandbox: Sandbox, request: Request) -> Document:
    """A flex cluster's restore jobs."""
    project, cluster = own_flex(sandbox, request)
    today = sandbox.clock.today
    found = restores.flex_jobs(cluster, today)
    return page(request, found, lambda job: restores.flex_job_document(project, job, today))


def get_flex_restore_job(sandbox: Sandbox, request: Request) -> Document:
    """One restore job of a flex cluster."""
    project, cluster = own_flex(sandbox, request)
    today = sandbox.clock.today
    job = _wanted(restores.flex_jobs(cluster, today), request, "restoreJobId")
    return restores.flex_job_document(project, job, today)


def _snapshots(
    sandbox: Sandbox, request: Request, *, is_sharded: bool
) -> tuple[Project, list[Snapshot]]:
    project, cluster = own_dedicated(sandbox, request)
    if (cluster.type == "REPLICASET") is is_sharded:
        return project, []
    return project, snapshots.snapshots(cluster, sandbox.clock.today)


def _job(project: Project, job: Job, sandbox: Sandbox, request: Request) -> Document:
    _, clusters = own_group(sandbox, request)
    target = _neighbour(job.snapshot.cluster, clusters)
    return restores.job_document(project, target, job, base_url(request), sandbox.clock.today)


def _neighbour(cluster: Cluster, clusters: Iterable[Cluster]) -> str:
    """Nobody practises on production: the project's last other cluster that is there to stay."""
    others = [
        one.name
        for one in clusters
        if one.kind == cluster.kind and one.life.gone is None and one.id != cluster.id
    ]
    return others[-1] if others else cluster.name


def _wanted(found: Iterable[Item], request: Request, name: str) -> Item:
    wanted = request.path_params[name]
    for one in found:
        if one.id == wanted:
            return one
    raise not_found(f"{name.removesuffix('Id')} with id {wanted}")
