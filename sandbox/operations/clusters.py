"""Clusters made, changed and deleted on request: one function an operation."""

from dataclasses import replace

from starlette.requests import Request

from sandbox.access import rules as access
from sandbox.estate.estate import CREATING
from sandbox.estate.inventory import Document, cluster_document
from sandbox.estate.resources import Cluster, Project
from sandbox.operations import bodies
from sandbox.operations.cluster_bodies import PREFIX, changed, created, is_flex
from sandbox.operations.inventory import (
    check_not_leaving,
    own_group,
    own_listed,
    refuse_flex,
)
from sandbox.operations.snapshots import bound
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError
from sandbox.wire.paging import base_url, flag

# All that can be changed of an M0.
FREE_FIELDS = {"labels", "name", "tags", "terminationProtectionEnabled"}


def create_group_cluster(sandbox: Sandbox, request: Request) -> Document:
    """A dedicated or a free cluster, of which a project can have one."""
    project, clusters = own_group(sandbox, request)
    body = bodies.sent_object(request)
    if is_flex(body):
        raise refuse_flex(str(body.get("name")))
    clock = sandbox.clock
    cluster = created(body, sandbox.estate.new_id(project.id), clock.today, clock.now())
    check_unused(project, clusters, cluster.name)
    if cluster.kind == "tenant" and any(one.kind == "tenant" for one in clusters):
        detail = "Cannot create a cluster with instance size M0 via the public api: "
        detail += "This project already has another free cluster."
        raise AtlasError(400, "CANNOT_CREATE_FREE_CLUSTER_VIA_PUBLIC_API", detail, ("M0",))
    sandbox.estate.make(sandbox.org, project, cluster, stuck=is_stuck(request))
    return _document(sandbox, request, project, cluster)


def update_group_cluster(sandbox: Sandbox, request: Request) -> Document:
    """A cluster's hardware, backup, tags, protection or pause."""
    project, before = own_listed(sandbox, request)
    body = bodies.sent_object(request)
    check_not_leaving(before)
    _check_change(before, body)
    after = changed(before, body)
    if after.kind != before.kind:
        raise bodies.invalid("instanceSize")
    if after.is_protected != before.is_protected:
        access.check_owns(sandbox.credentials, project.id)
    if before.backup and not after.backup and project.id in sandbox.vault.policies:
        raise bound("CANNOT_DISABLE_CLOUD_BACKUP", "disable Cloud Backup")
    sandbox.estate.change(sandbox.org, project, before, after, stuck=is_stuck(request))
    return _document(sandbox, request, project, after)


def delete_group_cluster(sandbox: Sandbox, request: Request) -> Document:
    """A cluster, with its snapshots unless they are to be kept."""
    project, cluster = own_listed(sandbox, request)
    check_not_leaving(cluster)
    check_unprotected(project, cluster)
    is_kept = flag(request, "retainBackups", default=False)
    if project.id in sandbox.vault.policies and cluster.backup and not is_kept:
        raise bound("CANNOT_DELETE_SNAPSHOT", "delete snapshots")
    if is_kept:
        sandbox.vault.keep(project.id, cluster)
    sandbox.vault.abandon(project.id, cluster)
    sandbox.estate.remove(sandbox.org, project, cluster, stuck=is_stuck(request))
    return {}


def is_stuck(request: Request) -> bool:
    """Whether a fault keeps what this request begins from ever going on."""
    return request.state.condition("stuck") is not None


def check_unused(project: Project, clusters: tuple[Cluster, ...], name: str) -> None:
    """400 for a name that a cluster of any kind has; recorded in 2026 with this sentence."""
    if any(one.name == name for one in clusters):
        what = "cluster or serverless instance"
        detail = f"A {what} named {name} is already present in group {project.id}."
        raise AtlasError(400, "DUPLICATE_CLUSTER_NAME", detail, (what, name, project.id))
    if any(one.name[:PREFIX] == name[:PREFIX] for one in clusters):
        detail = f"Cluster name {name} cannot have same first {PREFIX} characters as another "
        detail += "cluster name in same group."
        raise AtlasError(400, "DUPLICATE_CLUSTER_NAME_PREFIX", detail, (name, PREFIX))


def check_unprotected(project: Project, cluster: Cluster) -> None:
    """400 for what must not be deleted."""
    if cluster.is_protected:
        code = "CANNOT_TERMINATE_CLUSTER_WHEN_TERMINATION_PROTECTION_ENABLED"
        which = f"{cluster.name} in group {project.id} because"
        ending = "termination protection is enabled. Disable termination protection and try again."
        detail = f"Cannot terminate a cluster when {ending}"
        raise AtlasError(400, code, detail, (f"Cannot terminate cluster {which} {ending}",))


def _check_change(cluster: Cluster, body: Document) -> None:
    if cluster.kind == "tenant" and not FREE_FIELDS.issuperset(body):
        detail = "Cannot update a M0/M2/M5 cluster through the public API."
        raise AtlasError(400, "TENANT_CLUSTER_UPDATE_UNSUPPORTED", detail, (cluster.name,))
    is_pausing = body.get("paused") is True
    if cluster.paused and body == {"paused": True}:
        detail = "Cannot pause a cluster that is already paused."
        raise AtlasError(409, "CLUSTER_ALREADY_PAUSED", detail)
    if cluster.paused and body != {"paused": False}:
        detail = f"Cannot update cluster {cluster.name} while it is paused or being paused."
        raise AtlasError(409, "CANNOT_UPDATE_PAUSED_CLUSTER", detail, (cluster.name,))
    if is_pausing and set(body) != {"paused"}:
        detail = f"Cannot update and pause cluster {cluster.name} at the same time."
        raise AtlasError(409, "CANNOT_UPDATE_AND_PAUSE_CLUSTER", detail, (cluster.name,))
    if is_pausing and cluster.state == CREATING:
        detail = "Cannot pause a cluster with pending changes."
        raise AtlasError(409, "CANNOT_PAUSE_CLUSTER_WITH_PENDING_CHANGES", detail)


def _document(sandbox: Sandbox, request: Request, project: Project, cluster: Cluster) -> Document:
    shown = replace(cluster, state=sandbox.estate.state(cluster))
    return cluster_document(project, shown, base_url(request), sandbox.clock.today)
