"""Organizations, projects and clusters as Atlas writes them in JSON."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sandbox.estate.organization import Organization
from sandbox.estate.resources import Cluster, Project, Region, Shard
from sandbox.estate.tags import present
from sandbox.identity import digest, object_id
from sandbox.months import instant

API = "/api/atlas/v2"
RELATIONS = "https://cloud.mongodb.com"
MAJOR, PATCH = "8.0", 13
MONGODB = f"{MAJOR}.{PATCH}"
BORN_AT = 9 * 3600 + 1800
GROUP_RELATIONS = ("containers", "clusters", "databaseUsers", "peers", "processes", "whitelist")
Document = dict[str, Any]


def link(href: str, rel: str = "self") -> dict[str, str]:
    """One entry of `links`."""
    return {"href": href, "rel": rel}


def organization_document(org: Organization, base: str) -> Document:
    """AtlasOrganization."""
    return {
        "id": org.id,
        "isDeleted": False,
        "links": [link(f"{base}{API}/orgs/{org.id}")],
        "name": org.name,
        "skipDefaultAlertsSettings": False,
    }


def group_document(project: Project, clusters: int, base: str, today: date) -> Document:
    """Group, as it stands in a list: only the link to itself."""
    return {
        "clusterCount": clusters,
        "created": project.made or instant(project.life.born, BORN_AT),
        "id": project.id,
        "links": [link(f"{base}{API}/groups/{project.id}")],
        "name": project.name,
        "orgId": project.org_id,
        "tags": _tags(project, today),
    }


def single_group_document(project: Project, clusters: int, base: str, today: date) -> Document:
    """Group, asked for alone: with the links to what it holds."""
    document = group_document(project, clusters, base, today)
    own = document["links"][0]["href"]
    more = [link(f"{own}/{name}", f"{RELATIONS}/{name}") for name in GROUP_RELATIONS]
    return {**document, "links": [*document["links"], *more]}


def cluster_document(project: Project, cluster: Cluster, base: str, today: date) -> Document:
    """ClusterDescription20240805."""
    return {
        **common(project, cluster, today),
        "backupEnabled": cluster.backup,
        "biConnector": {"enabled": cluster.bi_connector, "readPreference": "secondary"},
        "clusterType": cluster.type,
        "diskWarmingMode": "FULLY_WARMED",
        "encryptionAtRestProvider": "NONE",
        "featureCompatibilityVersion": "8.0",
        "globalClusterSelfManagedSharding": False,
        "labels": [],
        "links": _cluster_links(project, cluster, base),
        "mongoDBMajorVersion": MAJOR,
        "paused": cluster.paused,
        "pitEnabled": cluster.continuous_backup,
        "redactClientLogData": False,
        "replicationSpecs": [_shard(cluster, *part) for part in _shards(cluster)],
        "rootCertType": "ISRGROOTX1",
        "versionReleaseSystem": "LTS",
        **cluster.details,
        **_edition(cluster),
    }


def _edition(cluster: Cluster) -> Document:
    """Newer answers name it, where it is not the usual one; an infinite cluster has no disk."""
    edition = cluster.details.get("databaseEdition")
    return {"effectiveDatabaseEdition": edition} if edition else {}


def flex_document(project: Project, cluster: Cluster, today: date) -> Document:
    """FlexClusterDescription20241113."""
    return {
        **common(project, cluster, today),
        "backupSettings": {"enabled": True},
        "clusterType": "REPLICASET",
        "providerSettings": {
            "backingProviderName": cluster.provider,
            "diskSizeGB": float(cluster.disk_gb),
            "providerName": "FLEX",
            "regionName": cluster.regions[0].name,
        },
        "versionReleaseSystem": "LTS",
    }


def common(project: Project, cluster: Cluster, today: date) -> Document:
    """What every kind of cluster says of itself."""
    return {
        "connectionStrings": _connection_strings(cluster),
        "createDate": cluster.made or instant(cluster.life.born, BORN_AT),
        "groupId": project.id,
        "id": cluster.id,
        "mongoDBVersion": _version(cluster),
        "name": cluster.name,
        "stateName": cluster.state,
        "tags": _tags(cluster, today),
        "terminationProtectionEnabled": cluster.is_protected,
    }


def _tags(holder: Project | Cluster, today: date) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in present(holder.tags, today)]


def _version(cluster: Cluster) -> str:
    """The newest of the major version asked for."""
    major = cluster.details.get("mongoDBMajorVersion", MAJOR)
    return f"{major}.{PATCH}"


def _connection_strings(cluster: Cluster) -> Document:
    """How to connect: nothing before the cluster is there."""
    if cluster.state == "CREATING":
        return {}
    domain = f"{digest(cluster.id)[:7]}.mongodb.net"
    hosts = ",".join(f"{cluster.name}-shard-00-0{n}.{domain}:27017" for n in range(3))
    return {
        "standard": f"mongodb://{hosts}/?ssl=true&authSource=admin",
        "standardSrv": f"mongodb+srv://{cluster.name}.{domain}",
    }


def _cluster_links(project: Project, cluster: Cluster, base: str) -> list[dict[str, str]]:
    own = f"{base}{API}/groups/{project.id}/clusters/{cluster.name}"
    return [
        link(own),
        link(f"{own}/backup/restoreJobs", f"{RELATIONS}/restoreJobs"),
        link(f"{own}/backup/snapshots", f"{RELATIONS}/snapshots"),
    ]


def _shards(cluster: Cluster) -> Iterator[tuple[str, Shard]]:
    return zip(cluster.shard_ids, cluster.parts, strict=True)


def _shard(cluster: Cluster, shard_id: str, shard: Shard) -> Document:
    regions = enumerate(shard.regions)
    return {
        "id": shard_id,
        "regionConfigs": [
            _region(cluster, shard.size, region, 7 - place) for place, region in regions
        ],
        "zoneId": object_id(cluster.id, "zone", shard.zone),
        "zoneName": shard.zone,
    }


def _region(cluster: Cluster, size: str, region: Region, priority: int) -> Document:
    if cluster.kind == "tenant":
        return {
            "backingProviderName": region.provider,
            "electableSpecs": {
                "diskSizeGB": float(cluster.disk_gb),
                "effectiveInstanceSize": cluster.size,
                "instanceSize": cluster.size,
            },
            "priority": priority,
            "providerName": "TENANT",
            "regionName": region.name,
        }
    return {
        "analyticsSpecs": _hardware(cluster, size, region, region.analytics),
        "autoScaling": auto_scaling(cluster),
        "electableSpecs": _hardware(cluster, size, region, region.nodes),
        "priority": priority,
        "providerName": region.provider,
        "readOnlySpecs": _hardware(cluster, size, region, region.read_only),
        "regionName": region.name,
    }


def _hardware(cluster: Cluster, size: str, region: Region, nodes: int) -> Document:
    hardware: Document = {
        "diskSizeGB": float(cluster.disk_gb),
        "instanceSize": size,
        "nodeCount": nodes,
    }
    if cluster.details.get("databaseEdition") == "INFINITE":
        del hardware["diskSizeGB"]
    elif region.provider == "AWS":
        hardware |= {"diskIOPS": cluster.iops, "ebsVolumeType": cluster.volume}
    return hardware


def auto_scaling(cluster: Cluster) -> Document:
    """AdvancedAutoScalingSettings."""
    compute: Document = {
        "enabled": cluster.autoscales,
        "predictiveEnabled": False,
        "scaleDownEnabled": cluster.autoscales,
    }
    if cluster.autoscales:
        compute |= {"maxInstanceSize": "M60", "minInstanceSize": cluster.size}
    return {"compute": compute, "diskGB": {"enabled": True}} | cluster.scaling
