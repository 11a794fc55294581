"""A free or a flex cluster made dedicated in place: Atlas moves its data into a new cluster.

The name stays; the id and the time of creation are others, so the result and the record carry
both ids.
"""

from collections.abc import Iterator
from typing import Any

from orchestration.actions.clusters.bodies import FLAGS, NODES, PRIORITY, differences
from orchestration.actions.clusters.configs import FLEX, FREE, UpdateCluster
from orchestration.actions.clusters.entries import allow, entries_of
from orchestration.actions.clusters.offers import offer_refusals
from orchestration.actions.clusters.refusals import shape_warnings
from orchestration.actions.clusters.state import (
    DELETING,
    ClusterDetails,
    FoundCluster,
    Located,
    find_cluster,
)
from orchestration.actions.model import Note, Plan, Proposal
from orchestration.actions.pricing.shapes import DEDICATED, shape_of
from orchestration.actions.projects import as_tags, read_tags
from orchestration.actions.waiting import Watched, wait

Document = dict[str, Any]
FORMER = "former_cluster_id"
# What can be said of the cluster that is to be; the rest is changed once it is there.
WITH_IT = frozenset({"instance_size", "disk_gb", "tags", *FLAGS})
NEW_CLUSTER = (
    "It becomes a new cluster of the same name: its id and time of creation change, and Atlas "
    "makes no dedicated cluster small again."
)


def is_upgrade(cluster: FoundCluster, config: UpdateCluster) -> bool:
    """Whether a small cluster is to be a dedicated one."""
    return cluster.kind != DEDICATED and config.instance_size not in {None, FREE, FLEX}


def upgrade(at: Located, config: UpdateCluster, missing_tags: list[str]) -> Proposal:
    """Atlas's tenant upgrade, planned with its price and confirmed by the cluster's name."""
    context, cluster = at.context, at.cluster
    entries = entries_of(context, at.project, config)
    changes = differences(cluster, config)
    body = _dedicated(cluster, config)
    shape = shape_of(body)
    cost = context.prices.of(cluster.shape, shape)
    refusals = [
        *_refusals(cluster, {each.field for each in changes}),
        *missing_tags,
        *offer_refusals(context, at.project, None, shape),
    ]
    plan = Plan(
        summary=f"Upgrade cluster {config.name} in project {at.project.name} from {cluster.tier} "
        f"to {config.instance_size}.",
        changes=(*changes, *entries.missing),
        refusals=(*entries.refusals, *refusals),
        warnings=(
            NEW_CLUSTER,
            *shape_warnings(cluster.shape, shape, cost),
            *entries.warnings,
        ),
        confirm=config.name,
        monthly_cost=cost,
    )
    is_under_way = _is_under_way(at, config)

    def apply(note: Note) -> ClusterDetails:
        former = at.ids["cluster_id"]
        note(at.ids)
        allow(at, config, entries)
        if not is_under_way:
            _send(at, config, body)
        note({FORMER: former})
        done = Located(context, at.project, _wait(at, config.wait_timeout_s))
        note(done.ids)
        return done.cluster.details().model_copy(update={"upgraded_from": former})

    return at.proposal(plan, apply)


def _refusals(cluster: FoundCluster, fields: set[str]) -> Iterator[str]:
    if others := sorted(fields - WITH_IT):
        yield f"{' and '.join(others)} cannot change with it: update it afterwards"
    if cluster.state == DELETING:
        yield "it is being deleted"


def _dedicated(cluster: FoundCluster, config: UpdateCluster) -> Document:
    """The cluster that is to be, as the newest cluster API has it; what it has already stays."""
    [there] = cluster.shape.servers[:1]
    hardware: Document = {"instanceSize": config.instance_size, "nodeCount": NODES}
    if config.disk_gb is not None:
        hardware["diskSizeGB"] = config.disk_gb
    place = {"providerName": there.provider, "regionName": there.region, "priority": PRIORITY}
    tags = read_tags(cluster.document) if config.tags is None else config.tags
    protected = config.termination_protection
    return {
        "name": cluster.name,
        "clusterType": "REPLICASET",
        "replicationSpecs": [{"regionConfigs": [{**place, "electableSpecs": hardware}]}],
        "backupEnabled": config.backup_enabled is not False,
        "pitEnabled": bool(config.pit_enabled),
        "tags": as_tags(tags),
        "terminationProtectionEnabled": cluster.is_protected if protected is None else protected,
    }


def _as_legacy(body: Document) -> Document:
    """The same in the words of the upgrade of an M0, which are those of the oldest API."""
    [place] = body["replicationSpecs"][0]["regionConfigs"]
    hardware = place["electableSpecs"]
    settings = {
        "instanceSizeName": hardware["instanceSize"],
        "providerName": place["providerName"],
        "regionName": place["regionName"],
    }
    legacy = {"providerBackupEnabled": body["backupEnabled"], "providerSettings": settings}
    if "diskSizeGB" in hardware:
        legacy["diskSizeGB"] = hardware["diskSizeGB"]
    kept = {"name", "clusterType", "pitEnabled", "tags", "terminationProtectionEnabled"}
    return {name: each for name, each in body.items() if name in kept} | legacy


def _send(at: Located, config: UpdateCluster, body: Document) -> None:
    atlas = at.context.atlas
    if at.cluster.is_flex:
        atlas.upgrade_flex_cluster(at.project.id, config.name, body)
    else:
        atlas.upgrade_tenant_cluster(at.project.id, config.name, _as_legacy(body))


def _is_under_way(at: Located, config: UpdateCluster) -> bool:
    """Whether an earlier run asked for it: Atlas shows the old cluster for a while, even idle."""
    runs = at.context.history.runs("update_cluster", at.context.connection, config.what)
    last = next((each for each in runs if FORMER in each.atlas_ids), None)
    return (
        last is not None
        and last.outcome == "in_progress"
        and last.atlas_ids[FORMER] == at.ids["cluster_id"]
    )


def _wait(at: Located, timeout_s: float) -> FoundCluster:
    """Wait for the new cluster: for a while Atlas shows the old one, idle as it was, or none."""

    def look() -> FoundCluster | None:
        return find_cluster(at.context, at.project, at.cluster.name, as_flex=at.cluster.is_flex)

    # that none is shown is a part of it, however long it takes: so it never counts as gone
    watched = Watched(
        f"cluster {at.cluster.name}",
        look,
        lambda: None,
        lambda now: f"{now.state} ({now.tier})",
    )
    done = wait(
        at.context,
        watched,
        lambda now: now.kind == DEDICATED and now.is_ready,
        timeout_s,
        gone_after_s=float("inf"),
    )
    assert done is not None  # noqa: S101  it cannot be gone
    return done
