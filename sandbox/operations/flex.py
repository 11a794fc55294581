"""Flex clusters made, changed and deleted on request: one function an operation."""

from dataclasses import replace

from starlette.requests import Request

from sandbox.bill.catalog import PROVIDERS
from sandbox.estate.inventory import Document, flex_document
from sandbox.estate.places import REGIONS
from sandbox.estate.resources import Cluster, Life, Project, Region
from sandbox.months import stamp
from sandbox.operations import bodies
from sandbox.operations.cluster_bodies import FLEX, name_of
from sandbox.operations.clusters import check_unprotected, check_unused, is_stuck
from sandbox.operations.inventory import check_not_leaving, own_flex, own_group, refuse_other
from sandbox.state import Sandbox

DISK_GB = 5


def create_group_flex_cluster(sandbox: Sandbox, request: Request) -> Document:
    """A flex cluster: nothing but its place can be chosen."""
    project, clusters = own_group(sandbox, request)
    body = bodies.sent_object(request)
    name, settings = name_of(body), bodies.part(body, "providerSettings")
    if settings.get("providerName", FLEX) != FLEX or "replicationSpecs" in body:
        raise refuse_other(name)
    provider = bodies.choice(settings, "backingProviderName", PROVIDERS)
    region = bodies.choice(settings, "regionName", REGIONS[provider])
    check_unused(project, clusters, name)
    cluster = Cluster(
        id=sandbox.estate.new_id(name),
        name=name,
        regions=(Region(provider, region),),
        life=Life(sandbox.clock.today),
        kind="flex",
        disk_gb=DISK_GB,
        tags=bodies.tags(body),
        protected=bodies.flag(body, "terminationProtectionEnabled", default=False),
        made=stamp(sandbox.clock.now()),
    )
    sandbox.estate.make(sandbox.org, project, cluster, stuck=is_stuck(request))
    return _document(sandbox, project, cluster)


def update_group_flex_cluster(sandbox: Sandbox, request: Request) -> Document:
    """A flex cluster's tags or protection."""
    project, before = own_flex(sandbox, request)
    body = bodies.sent_object(request)
    check_not_leaving(before)
    is_protected = bodies.flag(body, "terminationProtectionEnabled", default=before.is_protected)
    tags = bodies.tags(body) if "tags" in body else before.tags
    after = replace(before, tags=tags, protected=is_protected)
    sandbox.estate.change(sandbox.org, project, before, after, stuck=is_stuck(request))
    return _document(sandbox, project, after)


def delete_group_flex_cluster(sandbox: Sandbox, request: Request) -> None:
    """A flex cluster, with its snapshots."""
    project, cluster = own_flex(sandbox, request)
    check_not_leaving(cluster)
    check_unprotected(project, cluster)
    sandbox.vault.abandon(project.id, cluster)
    sandbox.estate.remove(sandbox.org, project, cluster, stuck=is_stuck(request))


def _document(sandbox: Sandbox, project: Project, cluster: Cluster) -> Document:
    shown = replace(cluster, state=sandbox.estate.state(cluster))
    return flex_document(project, shown, sandbox.clock.today)
