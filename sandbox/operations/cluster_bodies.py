"""A cluster as a client asks for it: ClusterDescription20240805, read into what it costs."""

import re
from dataclasses import replace
from datetime import date, datetime
from itertools import chain, count
from typing import Any

from sandbox.bill.catalog import DISK_GB, NVME, NVME_IOPS, PROVIDERS, SIZES, is_sold, sizes
from sandbox.estate.inventory import MAJOR
from sandbox.estate.places import REGIONS
from sandbox.estate.resources import STANDARD_IOPS, Cluster, Life, Region, Shard
from sandbox.identity import object_id
from sandbox.months import stamp
from sandbox.operations import bodies
from sandbox.wire.errors import AtlasError

Document = dict[str, Any]
TYPES = ("REPLICASET", "SHARDED", "GEOSHARDED")
NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9-]*")
# Hosts are named by the beginning of a name.
LONGEST_NAME, PREFIX = 64, 23
TENANT, FREE_SIZE, FREE_DISK_GB = "TENANT", "M0", 5
FLEX = "FLEX"
FACTORS = (3, 5, 7)
STANDARD, PROVISIONED = "STANDARD", "PROVISIONED"
VOLUMES = (STANDARD, PROVISIONED, "HIGH_PERFORMANCE")
# Smaller sizes take no volume of their own; a volume gives so many operations for each GB.
FIRST_PROVISIONED, IOPS_PER_GB = "M30", 50
UNSCALED: Document = {
    "compute": {"enabled": False, "scaleDownEnabled": False},
    "diskGB": {"enabled": False},
}
# Each kind of node and how many there can be of it in one region.
NODES = {"electableSpecs": 7, "readOnlySpecs": 50, "analyticsSpecs": 50}
# What is shown as it was sent, since nobody bills it.
ECHOED = (
    "advancedConfiguration",
    "configServerManagementMode",
    "databaseEdition",
    "encryptionAtRestProvider",
    "globalClusterSelfManagedSharding",
    "labels",
    "mongoDBMajorVersion",
    "redactClientLogData",
    "replicaSetScalingStrategy",
    "rootCertType",
    "versionReleaseSystem",
)


def name_of(body: Document) -> str:
    """The name a cluster is to have."""
    name = bodies.text(body, "name")
    if not NAME.fullmatch(name):
        detail = f"The cluster name {name} is invalid. The name can only contain ASCII letters, "
        raise AtlasError(400, "CLUSTER_NAME_INVALID", f"{detail}numbers, and hyphens.", (name,))
    if len(name) > LONGEST_NAME:
        detail = f"Cluster name {name} is limited to {LONGEST_NAME} characters."
        raise AtlasError(400, "CLUSTER_NAME_TOO_LONG", detail, (name, LONGEST_NAME))
    if (prefix := name[:PREFIX]).endswith("-") and len(prefix) == PREFIX:
        detail = f'Cluster name "{name}" is invalid. Atlas truncates cluster names to {PREFIX} '
        detail += 'characters which results in an invalid hostname due to a trailing "-" in the '
        detail += f'generated cluster name prefix "{prefix}".'
        raise AtlasError(400, "CLUSTER_NAME_PREFIX_INVALID", detail, (name, PREFIX, prefix))
    return name


def created(body: Document, cluster_id: str, today: date, now: datetime) -> Cluster:
    """The cluster that POST /clusters asks for."""
    name = name_of(body)
    if bodies.flag(body, "paused", default=False):
        detail = f"Cluster {name} cannot be created in a paused state."
        raise AtlasError(400, "CANNOT_CREATE_PAUSED_CLUSTER", detail, (name,))
    topology = bodies.choice(body, "clusterType", TYPES)
    if not body.get("replicationSpecs"):
        raise bodies.missing("replicationSpecs")
    blank = Cluster(
        cluster_id, name, (), Life(today), topology=topology, protected=False, made=stamp(now)
    )
    return changed(blank, body)


def changed(cluster: Cluster, body: Document) -> Cluster:
    """A cluster with what a client wants otherwise."""
    if body.get("name", cluster.name) != cluster.name:
        detail = "Cannot change name of cluster during an update."
        raise AtlasError(400, "CLUSTER_CANNOT_CHANGE_NAME", detail, ("name",))
    is_new = not cluster.regions
    if "replicationSpecs" in body:
        cluster = _laid_out(cluster, body)
    connector = bodies.part(body, "biConnector")
    details = {name: body[name] for name in ECHOED if name in body}
    if details.get("mongoDBMajorVersion"):
        version = bodies.text(body, "mongoDBMajorVersion", r"\d+\.\d+")
        _check_version(cluster, version, is_new=is_new)
    _check_settings(cluster, details, is_new=is_new)
    cluster = replace(
        cluster,
        bi_connector=bodies.flag(connector, "enabled", default=cluster.bi_connector),
        protected=bodies.flag(body, "terminationProtectionEnabled", default=cluster.is_protected),
        tags=bodies.tags(body) if "tags" in body else cluster.tags,
        details=cluster.details | details,
    )
    if "paused" in body:
        cluster = replace(cluster, paused=bodies.flag(body, "paused", default=False), rests=False)
    return _backed_up(cluster, body)


def _check_version(cluster: Cluster, wanted: str, *, is_new: bool) -> None:
    before = cluster.details.get("mongoDBMajorVersion", MAJOR)
    if not is_new and float(wanted) < float(before):
        detail = "Cluster cannot be upgraded, as specified upgrade version is below the current "
        raise AtlasError(400, "CLUSTER_UPGRADE_INVALID", f"{detail}version.", ("version",))


def _check_settings(cluster: Cluster, details: Document, *, is_new: bool) -> None:
    mode, own = "configServerManagementMode", "globalClusterSelfManagedSharding"
    if mode in details:
        bodies.choice(details, mode, ("ATLAS_MANAGED", "FIXED_TO_DEDICATED"))
        if cluster.type == "REPLICASET":
            raise bodies.invalid(mode)
    if own in details:
        is_own = bodies.flag(details, own, default=False)
        if is_own and cluster.type != "GEOSHARDED":
            raise bodies.invalid(own)
        if not is_new and is_own != cluster.details.get(own, False):
            raise bodies.invalid(own)


def _backed_up(cluster: Cluster, body: Document) -> Cluster:
    is_on = bodies.flag(body, "backupEnabled", default=cluster.backup)
    is_continuous = bodies.flag(body, "pitEnabled", default=cluster.continuous_backup)
    if is_on and cluster.kind == "tenant":
        detail = f"The backupEnabled field must be omitted or set to false on {FREE_SIZE} clusters."
        raise AtlasError(400, "INVALID_TENANT_BACKUP_ENABLED", detail, ("backupEnabled",))
    if cluster.size == NVME and not is_on:
        raise bodies.invalid("backupEnabled")
    if is_continuous and not is_on:
        raise bodies.invalid("pitEnabled")
    return replace(cluster, backup=is_on, continuous_backup=is_continuous)


def _laid_out(cluster: Cluster, body: Document) -> Cluster:
    """The cluster on the hardware of `replicationSpecs`, one of which is a shard.

    The list replaces the one before: a setting that it leaves out is forgotten, not kept.
    """
    specs = bodies.objects(body, "replicationSpecs")
    topology = bodies.choice(body, "clusterType", TYPES, cluster.type)
    if not specs or (topology == "REPLICASET" and len(specs) > 1):
        raise bodies.invalid("replicationSpecs")
    if topology == "REPLICASET" != cluster.type:
        detail = "A sharded cluster cannot become a replica set."
        raise AtlasError(400, "SHARDED_CLUSTER_CANT_BECOME_REPLICA_SET", detail, ("clusterType",))
    shards = _identified(cluster, specs, list(map(_shard, specs)))
    size = shards[0].size
    disk = _disk_gb(specs, size)
    return replace(
        cluster,
        kind="tenant" if size == FREE_SIZE else "dedicated",
        topology=topology,
        layout=shards,
        regions=tuple(dict.fromkeys(chain.from_iterable(one.regions for one in shards))),
        size=size,
        sizes=None,
        disk_gb=disk,
        custom_disk=disk != DISK_GB.get(size, FREE_DISK_GB),
        **_volume(specs, size, disk),
        **_scaled(specs[0], size),
    )


def _identified(cluster: Cluster, specs: list[Document], shards: list[Shard]) -> tuple[Shard, ...]:
    """Shards by their ids, else (recorded in 2025) by their order; what is left out is deleted."""
    if not cluster.regions:
        return tuple(shards)  # of a new cluster
    known = cluster.shard_ids
    named = [spec["id"] for spec in specs if spec.get("id")]
    if len(set(named)) < len(named) or not set(known).issuperset(named):
        raise bodies.invalid("id")
    new = (one for n in count() if (one := object_id(cluster.id, "shard", n)) not in known)
    unnamed = chain((one for one in known if one not in named), new)
    return tuple(
        replace(shard, id=spec.get("id") or next(unnamed))
        for spec, shard in zip(specs, shards, strict=True)
    )


def _scaled(spec: Document, size: str) -> Document:
    wanted = spec["regionConfigs"][0].get("autoScaling")
    if wanted is None:
        return {"autoscales": False, "scaling": UNSCALED}
    compute = bodies.part(bodies.part(spec["regionConfigs"][0], "autoScaling"), "compute")
    is_on = bodies.flag(compute, "enabled", default=False)
    if is_on and size not in SIZES:
        raise bodies.invalid("autoScaling")
    if is_on:
        _check_bounds(compute, size)
    return {"autoscales": is_on, "scaling": UNSCALED | wanted}


def _check_bounds(compute: Document, size: str) -> None:
    if "maxInstanceSize" not in compute:
        code = "COMPUTE_AUTO_SCALING_MAX_INSTANCE_SIZE_REQUIRED"
        detail = "Compute auto-scaling max instance size required."
        raise AtlasError(400, code, detail, ("maxInstanceSize",))
    highest = bodies.choice(compute, "maxInstanceSize", SIZES)
    lowest = bodies.choice(compute, "minInstanceSize", SIZES, SIZES[0])
    if SIZES.index(highest) < SIZES.index(size):
        code = "COMPUTE_AUTO_SCALING_MAX_INSTANCE_SIZE_INVALID"
        detail = f"The max instance size ({highest}) must be greater than or equal to proposed "
        raise AtlasError(400, code, f"{detail}instance size ({size}).", (highest, size))
    if SIZES.index(lowest) > SIZES.index(size):
        code = "COMPUTE_AUTO_SCALING_MIN_INSTANCE_SIZE_INVALID"
        detail = f"The min instance size ({lowest}) must be less than or equal to proposed "
        raise AtlasError(400, code, f"{detail}instance size ({size}).", (lowest, size))


def _volume(specs: list[Document], size: str, disk_gb: int) -> Document:
    """How fast the disks of AWS are: what the request says, else what every such disk has."""
    configs = chain.from_iterable(one["regionConfigs"] for one in specs)
    hardware = [_electable(one) for one in configs if one["providerName"] == "AWS"]
    if not hardware:
        return {"volume": STANDARD, "iops": STANDARD_IOPS}
    if size == NVME:
        if any(one.get("ebsVolumeType") == STANDARD for one in hardware):
            raise bodies.invalid("ebsVolumeType")
        return {"volume": PROVISIONED, "iops": NVME_IOPS}
    volumes = {bodies.choice(one, "ebsVolumeType", VOLUMES, STANDARD) for one in hardware}
    iops = {bodies.whole(one, "diskIOPS", 1, 256_000, STANDARD_IOPS) for one in hardware}
    if len(volumes) > 1 or len(iops) > 1:
        raise bodies.invalid("diskIOPS")
    volume, speed = volumes.pop(), iops.pop()
    if volume == STANDARD:
        low = high = STANDARD_IOPS
    elif SIZES.index(size) < SIZES.index(FIRST_PROVISIONED):
        raise bodies.invalid("ebsVolumeType")
    else:
        low, high = 100, IOPS_PER_GB * disk_gb
    if not low <= speed <= high:
        detail = f"The cluster's disk IOPS of {speed} is invalid. For a disk of size {disk_gb} on "
        detail += f"instance size {size} with a volume type of {volume}, the IOPS must be "
        detail += f"between {low} and {high}."
        parameters = (speed, disk_gb, size, volume, f"between {low} and {high}")
        raise AtlasError(400, "CLUSTER_DISK_IOPS_INVALID", detail, parameters)
    return {"volume": volume, "iops": speed}


def _electable(config: Document) -> Document:
    return bodies.part(config, "electableSpecs")


def _shard(spec: Document) -> Shard:
    configs = bodies.objects(spec, "regionConfigs")
    if not configs:
        raise bodies.missing("regionConfigs")
    configs = sorted(configs, key=lambda one: -bodies.whole(one, "priority", 0, 7, 7))
    found = {_size(one) for one in configs}
    if len(found) > 1:
        raise bodies.invalid("instanceSize")
    regions = tuple(map(_region, configs))
    if sum(one.nodes for one in regions) not in FACTORS:
        detail = "The cluster's replication factor must be either 3, 5, or 7."
        raise AtlasError(400, "CLUSTER_REPLICATION_FACTOR_INVALID", detail, ("nodeCount",))
    size = found.pop()
    if not all(is_sold(size, one.name) for one in regions):
        raise bodies.invalid("regionName")
    return Shard(size, regions, spec.get("zoneName") or "Zone 1")


def _size(config: Document) -> str:
    """The size of a region's nodes; only M0 is TENANT's."""
    kinds = (bodies.part(config, kind) for kind in NODES)
    specs = next(filter(None, kinds), {})
    if config.get("providerName") == TENANT:
        return bodies.choice(specs, "instanceSize", (FREE_SIZE,))
    provider = bodies.choice(config, "providerName", PROVIDERS)
    return bodies.choice(specs, "instanceSize", sizes(provider))


def _region(config: Document) -> Region:
    is_tenant = config.get("providerName") == TENANT
    provider = bodies.choice(
        config, "backingProviderName" if is_tenant else "providerName", PROVIDERS
    )
    name = bodies.choice(config, "regionName", REGIONS[provider])
    counts = [
        bodies.whole(bodies.part(config, kind), "nodeCount", 0, most, 0)
        for kind, most in NODES.items()
    ]
    return Region(provider, name, *([3] if is_tenant else counts))


def _disk_gb(specs: list[Document], size: str) -> int:
    """The size asked for, else the one that the price includes."""
    if size == FREE_SIZE:
        return FREE_DISK_GB
    hardware = map(_electable, chain.from_iterable(spec["regionConfigs"] for spec in specs))
    wanted = {
        bodies.whole(one, "diskSizeGB", 10, 4096) for one in hardware if one.get("diskSizeGB")
    }
    if len(wanted) > 1:
        raise bodies.invalid("diskSizeGB")
    if size == NVME and not wanted <= {DISK_GB[NVME]}:
        detail = f"Invalid disk size: {wanted.pop()}."
        raise AtlasError(400, "CLUSTER_DISK_SIZE_INVALID", detail, ("diskSizeGB",))
    return wanted.pop() if wanted else DISK_GB[size]


def is_flex(body: Document) -> bool:
    """Whether the cluster API is asked for what has an API of its own."""
    for spec in bodies.objects(body, "replicationSpecs"):
        for one in bodies.objects(spec, "regionConfigs"):
            size = bodies.part(one, "electableSpecs").get("instanceSize")
            if FLEX in (size, one.get("providerName")):
                return True
    return False
