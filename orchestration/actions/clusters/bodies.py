"""From what is asked for to what Atlas is sent: all of a new cluster, of others the difference."""

from collections.abc import Iterable, Iterator
from typing import Any

from orchestration.actions.clusters.configs import (
    FLEX,
    FREE,
    SETTINGS,
    CreateCluster,
    UpdateCluster,
)
from orchestration.actions.clusters.replication_specs import as_atlas
from orchestration.actions.clusters.shards import (
    DISK,
    DISK_SPEED,
    SIZE,
    VOLUME,
    are_as,
    changed_nodes,
    shards_asked_for,
    shards_of,
)
from orchestration.actions.clusters.state import FoundCluster
from orchestration.actions.model import Change, Refusal
from orchestration.actions.pricing.shapes import SPECS
from orchestration.actions.projects import as_tags, read_tags
from orchestration.atlas.tenants import TENANT

Document = dict[str, Any]
NODES, PRIORITY, AWS = 3, 7, "AWS"
BASE = "electableSpecs"
OF_A_CLOUD = frozenset({VOLUME, DISK_SPEED})
# Ours → Atlas's, for what is one field of the cluster.
FLAGS = {
    "backup_enabled": "backupEnabled",
    "pit_enabled": "pitEnabled",
    "termination_protection": "terminationProtectionEnabled",
}


def new_cluster(config: CreateCluster) -> Document:
    """The body of createGroupCluster, or of createGroupFlexCluster for FLEX."""
    if config.instance_size == FLEX:
        return _with_tags(_new_flex(config), config.tags)
    body: Document = {"name": config.name, "replicationSpecs": _new_specs(config)}
    body["clusterType"] = config.cluster_type or _cluster_type(body["replicationSpecs"])
    if config.instance_size != FREE:
        body |= {
            "backupEnabled": config.backup_enabled is not False,
            "pitEnabled": bool(config.pit_enabled),
            **_settings(config, SETTINGS),
        }
    if config.termination_protection is not None:
        body["terminationProtectionEnabled"] = config.termination_protection
    return _with_tags(body, config.tags)


def _settings(config: CreateCluster | UpdateCluster, names: Iterable[str]) -> Document:
    wanted = {SETTINGS[name]: getattr(config, name) for name in SETTINGS if name in names}
    return {name: each for name, each in wanted.items() if each is not None}


def _new_flex(config: CreateCluster) -> Document:
    body: Document = {
        "name": config.name,
        "providerSettings": {
            "backingProviderName": config.provider,
            "regionName": config.region_in(AWS),
        },
    }
    if config.termination_protection is not None:
        body["terminationProtectionEnabled"] = config.termination_protection
    return body


def _new_specs(config: CreateCluster) -> list[Document]:
    if config.replication_specs is not None:
        asked = as_atlas(config.replication_specs)
        return [{key: each for key, each in spec.items() if key != "id"} for spec in asked]
    hardware: Document = {"instanceSize": config.instance_size}
    region: Document = {"regionName": config.region_in(AWS), "electableSpecs": hardware}
    if config.instance_size == FREE:
        region |= {"providerName": TENANT, "backingProviderName": config.provider}
    else:
        hardware["nodeCount"] = config.nodes or NODES
        region |= {"providerName": config.provider, "priority": PRIORITY}
    if config.disk_gb is not None:
        hardware["diskSizeGB"] = config.disk_gb
    return [{"regionConfigs": [region]}]


def _cluster_type(specs: list[Document]) -> str:
    zones = {spec.get("zoneName") for spec in specs}
    if len(zones) > 1:
        return "GEOSHARDED"
    return "SHARDED" if len(specs) > 1 else "REPLICASET"


def _with_tags(body: Document, tags: dict[str, str] | None) -> Document:
    return body | ({"tags": as_tags(tags)} if tags else {})


def differences(cluster: FoundCluster, config: CreateCluster | UpdateCluster) -> list[Change]:
    """Where a cluster differs from what was asked for; what was not asked for does not count."""
    return [
        *_type_differences(cluster, config),
        *_hardware_differences(cluster, config),
        *_flag_differences(cluster, config),
        *_setting_differences(cluster, config),
        *_tag_differences(cluster, config),
    ]


def _type_differences(
    cluster: FoundCluster, config: CreateCluster | UpdateCluster
) -> Iterator[Change]:
    before = cluster.details().cluster_type
    if config.cluster_type not in {None, before}:
        yield Change(field="cluster_type", before=before, after=config.cluster_type)


def _hardware_differences(
    cluster: FoundCluster, config: CreateCluster | UpdateCluster
) -> Iterator[Change]:
    if config.replication_specs is not None:
        there, specs = cluster.document, as_atlas(config.replication_specs)
        if not are_as(there, specs):
            sent = shards_asked_for(there, specs)
            yield Change(field="replication_specs", before=shards_of(there), after=sent)
        return
    details = cluster.details()
    regions = sorted({each.region for each in cluster.shape.servers})
    providers = sorted({each.provider for each in cluster.shape.servers})
    pairs: dict[str, tuple[object, object]] = {
        "provider": (" and ".join(providers), config.provider),
        "region": (" and ".join(regions), config.region_in((*providers, AWS)[0])),
        "instance_size": (cluster.base_tier, config.instance_size),
        "nodes": (electable_nodes(cluster), config.nodes),
        "disk_gb": (details.disk_gb, config.disk_gb),
    }
    for field, (before, after) in pairs.items():
        if after is not None and before != after:
            yield Change(field=field, before=before, after=after)


def _flag_differences(
    cluster: FoundCluster, config: CreateCluster | UpdateCluster
) -> Iterator[Change]:
    for field, atlas in FLAGS.items():
        before = bool(cluster.document.get(atlas))
        wanted = getattr(config, field)
        if cluster.is_flex and field == "backup_enabled":
            before = True
        if wanted is not None and wanted != before:
            yield Change(field=field, before=before, after=wanted)


def _setting_differences(
    cluster: FoundCluster, config: CreateCluster | UpdateCluster
) -> Iterator[Change]:
    for field, atlas in SETTINGS.items():
        before, wanted = cluster.document.get(atlas), getattr(config, field)
        if wanted is not None and wanted != before:
            yield Change(field=field, before=before, after=wanted)


def _tag_differences(
    cluster: FoundCluster, config: CreateCluster | UpdateCluster
) -> Iterator[Change]:
    before = read_tags(cluster.document)
    if config.tags is not None and config.tags != before:
        yield Change(field="tags", before=before, after=config.tags)


def electable_nodes(cluster: FoundCluster) -> int:
    """Electable nodes of one shard."""
    specs = (cluster.document.get("replicationSpecs") or [{}])[0]
    regions = specs.get("regionConfigs") or []
    return sum(int((each.get("electableSpecs") or {}).get("nodeCount") or 0) for each in regions)


def changed_cluster(
    cluster: FoundCluster, config: UpdateCluster, changes: list[Change]
) -> Document:
    """The body of updateGroupCluster or updateGroupFlexCluster: only what differs.

    Raises:
        Refusal: a change that Atlas's API has no one meaning for.
    """
    fields = {each.field for each in changes}
    body: Document = {
        atlas: getattr(config, ours) for ours, atlas in FLAGS.items() if ours in fields
    }
    body |= _settings(config, fields)
    if "tags" in fields:
        body["tags"] = as_tags(config.tags or {})
    if "cluster_type" in fields:
        body["clusterType"] = config.cluster_type
    if config.replication_specs is not None and "replication_specs" in fields:
        wanted = as_atlas(config.replication_specs)
        body["replicationSpecs"] = shards_asked_for(cluster.document, wanted)
    elif fields & {"provider", "region", "instance_size", "nodes", "disk_gb"}:
        body["replicationSpecs"] = _changed_specs(cluster, config, fields)
    return body


def _changed_specs(
    cluster: FoundCluster, config: UpdateCluster, fields: set[str]
) -> list[Document]:
    specs = shards_of(cluster.document)
    places = [each for spec in specs for each in spec.get("regionConfigs") or []]
    several = len({(each.get("providerName"), each.get("regionName")) for each in places}) > 1
    if several and (ambiguous := fields & {"provider", "region", "nodes"}):
        raise Refusal(
            f"{cluster.name} has several regions, so {' and '.join(sorted(ambiguous))} has no one "
            "meaning: give replication_specs instead."
        )
    for place in places:
        _change_place(place, config, fields)
    return specs


def _change_place(place: Document, config: UpdateCluster, fields: set[str]) -> None:
    if "provider" in fields:
        place["providerName"] = config.provider
    if "region" in fields:
        place["regionName"] = config.region_in(str(place.get("providerName")))
    base = (place.get(BASE) or {}).get(SIZE)
    for name in SPECS:
        if not (spec := place.get(name)):
            continue
        wanted: Document = {}
        # analytics nodes of a size of their own keep it
        if "instance_size" in fields and (name != "analyticsSpecs" or spec.get(SIZE) == base):
            wanted[SIZE] = config.instance_size
        if "disk_gb" in fields:
            wanted[DISK] = config.disk_gb
        place[name] = changed_nodes(spec, wanted)
        if "provider" in fields:  # each cloud has volumes of its own
            place[name] = {key: each for key, each in place[name].items() if key not in OF_A_CLOUD}
    if "nodes" in fields and place.get(BASE):
        place[BASE]["nodeCount"] = config.nodes
