"""Free and flex clusters made dedicated in place, on request: one function an operation."""

from dataclasses import replace

from starlette.requests import Request

from sandbox.estate.inventory import Document, flex_document
from sandbox.estate.resources import Cluster, Project
from sandbox.operations import bodies
from sandbox.operations.cluster_bodies import created, is_flex
from sandbox.operations.clusters import is_stuck
from sandbox.operations.inventory import (
    check_not_leaving,
    named_cluster,
    own_group,
    refuse_flex,
    refuse_other,
)
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError

FREE_NODES = 3


def upgrade_tenant(sandbox: Sandbox, request: Request) -> Document:
    """An M0, asked for in the words of the oldest cluster API, which also tells the answer."""
    project, before, body = _asked(sandbox, request)
    if before.kind == "flex":
        raise refuse_flex(before.name)
    _check_small(before, "tenant")
    settings = bodies.part(body, "providerSettings")
    hardware = {"instanceSize": settings.get("instanceSizeName"), "nodeCount": FREE_NODES}
    if "diskSizeGB" in body:
        hardware["diskSizeGB"] = body["diskSizeGB"]
    place = {name: settings.get(name) for name in ("providerName", "regionName")}
    spec = {"regionConfigs": [{**place, "priority": 7, "electableSpecs": hardware}]}
    wanted = {"clusterType": "REPLICASET", **body, "replicationSpecs": [spec]}
    wanted["backupEnabled"] = bodies.flag(body, "providerBackupEnabled", default=False)
    _upgrade(sandbox, request, project, before, wanted)
    return _legacy_document(project, before)


def upgrade_flex(sandbox: Sandbox, request: Request) -> Document:
    """A flex cluster, asked for as the newest cluster API has it."""
    project, before, body = _asked(sandbox, request)
    if before.kind != "flex":
        raise refuse_other(before.name)
    if is_flex(body):
        raise bodies.invalid("instanceSize")
    _upgrade(sandbox, request, project, before, body)
    return flex_document(project, replace(before, state="UPDATING"), sandbox.clock.today)


def _asked(sandbox: Sandbox, request: Request) -> tuple[Project, Cluster, Document]:
    project, clusters = own_group(sandbox, request)
    body = bodies.sent_object(request)
    cluster = named_cluster(project, clusters, bodies.text(body, "name"))
    check_not_leaving(cluster)
    if cluster.state != "IDLE" or sandbox.estate.is_upgraded(cluster):
        # No public recording shows how Atlas refuses it: status and code are a guess.
        detail = f"Cluster {cluster.name} is being changed."
        raise AtlasError(409, "CLUSTER_UPGRADE_IN_PROGRESS", detail, (cluster.name,))
    return project, cluster, body


def _check_small(cluster: Cluster, kind: str) -> None:
    if cluster.kind != kind:
        raise bodies.invalid("name")


def _upgrade(
    sandbox: Sandbox, request: Request, project: Project, before: Cluster, body: Document
) -> None:
    """What the request leaves out, tags and protection too, the new cluster has not."""
    clock = sandbox.clock
    after = created(body, sandbox.estate.new_id(project.id), clock.today, clock.now())
    if after.kind != "dedicated":
        raise bodies.invalid("instanceSizeName")
    sandbox.estate.upgrade(sandbox.org, project, before, after, stuck=is_stuck(request))


def _legacy_document(project: Project, cluster: Cluster) -> Document:
    """LegacyAtlasCluster, as recorded: the old cluster, which is being updated."""
    place = cluster.regions[0]
    return {
        "clusterType": "REPLICASET",
        "groupId": project.id,
        "id": cluster.id,
        "name": cluster.name,
        "paused": False,
        "providerSettings": {
            "backingProviderName": place.provider,
            "effectiveInstanceSizeName": cluster.size,
            "instanceSizeName": cluster.size,
            "providerName": "TENANT",
            "regionName": place.name,
        },
        "stateName": "UPDATING",
    }
