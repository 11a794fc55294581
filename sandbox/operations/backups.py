"""Snapshots and restore jobs read on request: one function an operation."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from starlette.requests import Request

from sandbox.backups import restores, snapshots
from sandbox.backups.asked_restores import Restore, flex_restore_document, restore_document
from sandbox.backups.on_demand import as_it_stands, is_running
from sandbox.backups.restores import Job
from sandbox.backups.snapshots import Snapshot
from sandbox.estate.inventory import Document
from sandbox.estate.resources import Cluster, Project
from sandbox.operations.inventory import own_dedicated, own_flex, own_group
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError, not_found
from sandbox.wire.paging import base_url, page


class HasId(Protocol):
    """Anything that Atlas knows by an id."""

    @property
    def id(self) -> str:
        """Its id."""


Item = TypeVar("Item", bound=HasId)


def list_snapshots(sandbox: Sandbox, request: Request) -> Document:
    """A replica set's snapshots; a sharded cluster's are listed elsewhere."""
    project, found = _snapshots(sandbox, request, is_sharded=False)
    return page(request, found, lambda one: snapshot_document(sandbox, request, project, one))


def get_snapshot(sandbox: Sandbox, request: Request) -> Document:
    """One snapshot of a replica set."""
    project, found = _snapshots(sandbox, request, is_sharded=False)
    return snapshot_document(sandbox, request, project, wanted(found, request, "snapshotId"))


def list_sharded_snapshots(sandbox: Sandbox, request: Request) -> Document:
    """A sharded cluster's snapshots, all on one page."""
    project, found = _snapshots(sandbox, request, is_sharded=True)
    documents = [snapshot_document(sandbox, request, project, one) for one in found]
    return {"results": documents, "totalCount": len(documents)}


def get_sharded_snapshot(sandbox: Sandbox, request: Request) -> Document:
    """One snapshot of a sharded cluster."""
    project, found = _snapshots(sandbox, request, is_sharded=True)
    return snapshot_document(sandbox, request, project, wanted(found, request, "snapshotId"))


def snapshot_document(
    sandbox: Sandbox, request: Request, project: Project, snapshot: Snapshot
) -> Document:
    """A snapshot of either kind of cluster, as far as it has come."""
    is_sharded = snapshot.cluster.type != "REPLICASET"
    kind = snapshots.sharded_document if is_sharded else snapshots.replica_set_document
    document = kind(project, snapshot, base_url(request))
    return as_it_stands(document, snapshot, sandbox.pace.stages)


def list_flex_snapshots(sandbox: Sandbox, request: Request) -> Document:
    """A flex cluster's snapshots."""
    _, cluster = own_flex(sandbox, request)
    found = snapshots.flex_snapshots(cluster, sandbox.clock.today)
    return page(request, found, snapshots.flex_document)


def get_flex_snapshot(sandbox: Sandbox, request: Request) -> Document:
    """One snapshot of a flex cluster."""
    _, cluster = own_flex(sandbox, request)
    found = snapshots.flex_snapshots(cluster, sandbox.clock.today)
    return snapshots.flex_document(wanted(found, request, "snapshotId"))


def list_restore_jobs(sandbox: Sandbox, request: Request) -> Document:
    """A dedicated cluster's restore jobs."""
    project, cluster = own_saved(sandbox, request)
    found = _shown_jobs(sandbox, request, cluster, _jobs(sandbox, cluster))
    return page(request, found, lambda job: job_document(sandbox, request, project, job))


def get_restore_job(sandbox: Sandbox, request: Request) -> Document:
    """One restore job of a dedicated cluster."""
    project, cluster = own_saved(sandbox, request)
    found = _shown_jobs(sandbox, request, cluster, _jobs(sandbox, cluster))
    job = wanted(found, request, "restoreJobId")
    return job_document(sandbox, request, project, job)


def list_flex_restore_jobs(sandbox: Sandbox, request: Request) -> Document:
    """A flex cluster's restore jobs."""
    project, cluster = own_flex(sandbox, request)
    found = _shown_jobs(sandbox, request, cluster, _flex_jobs(sandbox, cluster))
    return page(request, found, lambda job: flex_job_document(sandbox, project, job))


def get_flex_restore_job(sandbox: Sandbox, request: Request) -> Document:
    """One restore job of a flex cluster."""
    project, cluster = own_flex(sandbox, request)
    found = _shown_jobs(sandbox, request, cluster, _flex_jobs(sandbox, cluster))
    job = wanted(found, request, "restoreJobId")
    return flex_job_document(sandbox, project, job)


def own_saved(sandbox: Sandbox, request: Request) -> tuple[Project, Cluster]:
    """A cluster that can have snapshots: one that is there, or one that left them behind."""
    try:
        return own_dedicated(sandbox, request)
    except AtlasError as error:
        project, _ = own_group(sandbox, request)
        kept = sandbox.vault.kept(project.id, request.path_params["clusterName"])
        if error.status != 404 or kept is None:
            raise
        return project, kept


def own_snapshots(sandbox: Sandbox, cluster: Cluster) -> list[Snapshot]:
    """A cluster's snapshots, newest first."""
    return sandbox.vault.snapshots(cluster, sandbox.org)


def job_document(
    sandbox: Sandbox, request: Request, project: Project, job: Job | Restore
) -> Document:
    """A dedicated cluster's restore job, whoever asked for it."""
    if isinstance(job, Restore):
        stage = job.stage(sandbox.pace.stages, sandbox.clock.now())
        return restore_document(project, job, stage, base_url(request))
    return _job(project, job, sandbox, request)


def flex_job_document(sandbox: Sandbox, project: Project, job: Job | Restore) -> Document:
    """A flex cluster's restore job, whoever asked for it."""
    if isinstance(job, Restore):
        return flex_restore_document(project, job, job.stages.at(sandbox.pace.stages))
    return restores.flex_job_document(project, job, sandbox.clock.today)


def _snapshots(
    sandbox: Sandbox, request: Request, *, is_sharded: bool
) -> tuple[Project, list[Snapshot]]:
    project, cluster = own_saved(sandbox, request)
    if (cluster.type == "REPLICASET") is is_sharded:
        return project, []
    there = {one.id: one for one in own_snapshots(sandbox, cluster)}
    shown = sandbox.recent.shown(request, there, "snapshot", cluster.id).values()
    is_kept = sandbox.vault.kept(project.id, cluster.name) is cluster
    return project, [one for one in shown if not (is_kept and is_unfinished(sandbox, one))]


def is_unfinished(sandbox: Sandbox, snapshot: Snapshot) -> bool:
    """Whether nothing is left of it once its cluster is gone."""
    return is_running(snapshot, sandbox.pace.stages)


def _shown_jobs(
    sandbox: Sandbox, request: Request, cluster: Cluster, found: list[Job | Restore]
) -> list[Job | Restore]:
    there = {job.id: job for job in found}
    return list(sandbox.recent.shown(request, there, "job", cluster.id).values())


def _jobs(sandbox: Sandbox, cluster: Cluster) -> list[Job | Restore]:
    then = sandbox.org.changes.then
    return _newest_first(sandbox, cluster, restores.jobs(cluster, sandbox.clock.today, then))


def _flex_jobs(sandbox: Sandbox, cluster: Cluster) -> list[Job | Restore]:
    then = sandbox.org.changes.then
    return _newest_first(sandbox, cluster, restores.flex_jobs(cluster, sandbox.clock.today, then))


def _newest_first(sandbox: Sandbox, cluster: Cluster, planned: list[Job]) -> list[Job | Restore]:
    """Jobs of either sort: the first digits of an id are the second it was asked for."""
    found: list[Job | Restore] = [*sandbox.vault.jobs(cluster), *planned]
    return sorted(found, key=lambda job: job.id[:8], reverse=True)


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


def wanted(found: Iterable[Item], request: Request, name: str) -> Item:
    """The one that the path's parameter `name` names."""
    asked = request.path_params[name]
    for one in found:
        if one.id == asked:
            return one
    raise not_found(f"{name.removesuffix('Id')} with id {asked}")
