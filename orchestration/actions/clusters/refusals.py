"""Changes of a cluster that Atlas would refuse, or carry out by deleting something: told before."""

from collections.abc import Iterator
from typing import Any

from orchestration.actions.clusters import shards
from orchestration.actions.clusters.configs import (
    FLEX,
    FREE,
    NVME,
    REPLICA_SET,
    CreateCluster,
    UpdateCluster,
)
from orchestration.actions.clusters.regions import is_known
from orchestration.actions.clusters.replication_specs import as_atlas
from orchestration.actions.clusters.state import DELETING, FoundCluster
from orchestration.actions.model import Change, MonthlyCost
from orchestration.actions.pricing.shapes import DEDICATED, SPECS, Shape

Document = dict[str, Any]

NO_INFINITE_PRICE = (
    "No price: Atlas Infinite bills compute and storage by use, and this preview knows neither."
)
NO_WAY_BACK = "Irreversible: a sharded cluster cannot become a replica set again."


def update_refusals(
    cluster: FoundCluster, config: UpdateCluster, changes: list[Change]
) -> list[str]:
    """Why a cluster cannot be changed so."""
    fields = {each.field for each in changes}
    found = []
    if cluster.state == DELETING:
        found.append("it is being deleted")
    if cluster.is_paused:
        found.append("it is paused, and Atlas changes no paused cluster: resume_cluster first")
    small = fields - {"tags", "termination_protection"}
    if cluster.kind != DEDICATED and small - {"instance_size"}:
        found.append(
            f"{' and '.join(sorted(small))} of a {cluster.tier} cluster cannot be changed: "
            "instance_size M10 or larger upgrades it in place, which can be changed afterwards"
        )
    if "disk_gb" in fields and NVME in (config.instance_size or cluster.base_tier):
        found.append(f"a {cluster.base_tier} comes with its disk: leave disk_gb out")
    if config.pit_enabled and not (config.backup_enabled or cluster.shape.backup):
        found.append("pit_enabled needs backup_enabled")
    if "instance_size" in fields and config.instance_size in {FREE, FLEX}:
        found.append(_no_small_one(cluster, config.instance_size))
    if cluster.kind == DEDICATED:
        found += setting_refusals(config.cluster_type or cluster.details().cluster_type, config)
        found += _fixed_settings(cluster.document, config)
    return [*found, *_layout_refusals(cluster, config, fields)]


def setting_refusals(kind: str, config: CreateCluster | UpdateCluster) -> list[str]:
    """Settings that a cluster of its type has not."""
    found = []
    if config.config_server_management_mode and kind == REPLICA_SET:
        found.append(
            "config_server_management_mode is of sharded clusters: say cluster_type as well"
        )
    if config.global_cluster_self_managed_sharding and kind != "GEOSHARDED":
        found.append(
            "global_cluster_self_managed_sharding is of global clusters (GEOSHARDED) alone"
        )
    return found


def _fixed_settings(there: Document, config: UpdateCluster) -> Iterator[str]:
    """What of a cluster that is there cannot be changed so."""
    own, wanted = config.global_cluster_self_managed_sharding, config.mongodb_major_version
    if own not in {None, bool(there.get("globalClusterSelfManagedSharding"))}:
        yield "global_cluster_self_managed_sharding cannot be changed once the cluster is there"
    before = there.get("mongoDBMajorVersion")
    if not wanted or not before or wanted == before:
        return
    if there.get("versionReleaseSystem") == "CONTINUOUS":
        yield "mongodb_major_version: it follows each new version (CONTINUOUS), so it has none"
    elif is_older(wanted, before):
        yield f"mongodb_major_version: it runs {before}, and no version goes back to {wanted}"
    elif major(wanted) > major(before) + 1:
        yield f"mongodb_major_version: from {before} Atlas goes one major version at a time"


def _no_small_one(cluster: FoundCluster, size: str) -> str:
    if (cluster.tier, size) == (FREE, FLEX):
        return "an upgrade from M0 leads to M10 or larger here; to FLEX, use Atlas's own pages"
    return f"a {cluster.tier} cluster cannot become {size}: Atlas downgrades none to it"


def _layout_refusals(
    cluster: FoundCluster, config: UpdateCluster, fields: set[str]
) -> Iterator[str]:
    """What Atlas would delete shards for, or refuse."""
    before = cluster.details().cluster_type
    if "cluster_type" in fields and before != REPLICA_SET:
        yield f"a {before} cluster cannot become {config.cluster_type}"
    if "replication_specs" not in fields or not config.replication_specs:
        return
    wanted = as_atlas(config.replication_specs)
    yield from shards.refusals_of(cluster.document, wanted)
    if len(wanted) > 1 and (config.cluster_type or before) == REPLICA_SET:
        yield "a replica set has one shard: say cluster_type as well"


def major(version: str) -> int:
    """8 of 8.0."""
    return int(version.partition(".")[0])


def is_older(one: str, other: str) -> bool:
    """Whether a version comes before another."""
    first, second = (tuple(map(int, each.split("."))) for each in (one, other))
    return first < second


def update_warnings(
    cluster: FoundCluster, config: UpdateCluster, changes: list[Change]
) -> list[str]:
    """What a change brings with it."""
    fields = {each.field for each in changes}
    found = [NO_WAY_BACK] if "cluster_type" in fields else []
    if "replication_specs" in fields and config.replication_specs:
        found += shards.warnings_of(cluster.document, as_atlas(config.replication_specs))
    return found


def price_warnings(shape: Shape, cost: MonthlyCost | None) -> list[str]:
    """What the price of a cluster is not known of."""
    if shape.is_infinite:
        return [NO_INFINITE_PRICE]
    if cost is None and shape.kind == DEDICATED:
        return ["No price: this size is on no invoice yet."]
    return []


def shape_warnings(before: Shape | None, after: Shape, cost: MonthlyCost | None) -> list[str]:
    """What is not known here of hardware that is asked for: its region, its price."""
    if after == before:
        return []
    places = {(each.provider, each.region) for each in after.servers}
    places -= {(each.provider, each.region) for each in before.servers} if before else set()
    found = [
        f"{provider} {region} is no region known here: its price is a guess"
        for provider, region in sorted(places)
        if not is_known(provider, region)
    ]
    return [*found, *price_warnings(after, cost)]


def disk_refusals(specs: list[Document], there: list[Document] | None = None) -> list[str]:
    """Disks asked for of sizes that come with their own; as they are, they may be said again."""
    known = {_own_disk(each) for each in _nodes(there or [])}
    asked = dict.fromkeys(_own_disk(each) for each in _nodes(specs) if each.get("diskSizeGB"))
    return [
        f"a {size} comes with its disk: leave diskSizeGB ({disk:g}) out"
        for size, disk in asked
        if NVME in size and (size, disk) not in known
    ]


def _nodes(specs: list[Document]) -> Iterator[Document]:
    places = (each for spec in specs for each in spec["regionConfigs"])
    yield from (place.get(name) or {} for place in places for name in SPECS)


def _own_disk(nodes: Document) -> tuple[str, float]:
    return str(nodes.get("instanceSize")), float(nodes.get("diskSizeGB") or 0)


def pause_refusals(cluster: FoundCluster) -> tuple[str, ...]:
    """Why a cluster cannot be paused or resumed."""
    found = []
    if cluster.kind != DEDICATED:
        found.append(f"a {cluster.tier} cluster cannot be paused; only M10 and larger can")
    if cluster.state == DELETING:
        found.append("it is being deleted")
    return tuple(found)
