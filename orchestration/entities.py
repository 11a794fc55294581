"""Each entity of the inventory once: what Atlas calls it, where it belongs, what it may lack.

A name here is the raw table, the landing folder and the Dagster asset key. What a key may be
refused is in permissions/capabilities.py; how each is asked for in atlas/inventory.py.
"""

from dataclasses import dataclass
from typing import Literal

Scope = Literal["organization", "project", "cluster", "workspace"]


@dataclass(frozen=True)
class Entity:
    """One kind of object that Atlas lists.

    Attributes:
        name: Of the raw table.
        description: One sentence with Atlas's operationId, for Dagster.
        scope: What it is asked for by.
        schemas: Names in Atlas's OpenAPI specification; checks look for fields beyond them.
        may_be_absent: An address that does not exist means that there is none of it: Atlas
            retires these one by one.
        retires_on: The day from which Atlas no longer lists it, where that is announced: then, and
            after it, an address that is gone, or gone at our version, means that there is none.
        has_history: Whether earlier states are kept in inventory_history.
        has_id: Whether Atlas gives each an id; else its name within its scope is one.
    """

    name: str
    description: str
    scope: Scope
    schemas: tuple[str, ...]
    may_be_absent: bool = True
    retires_on: str = ""
    has_history: bool = True
    has_id: bool = True


ENTITIES = (
    Entity(
        "organizations",
        "The organization itself (Atlas getOrg).",
        "organization",
        ("AtlasOrganization",),
        may_be_absent=False,
    ),
    Entity(
        "projects",
        "Projects the key can see (Atlas getOrgGroups).",
        "organization",
        ("Group",),
        may_be_absent=False,
    ),
    Entity(
        "clusters",
        "Dedicated and M0 clusters of each project (Atlas listGroupClusters).",
        "project",
        ("ClusterDescription20240805",),
        may_be_absent=False,
    ),
    Entity(
        "flex_clusters",
        "Flex clusters of each project (Atlas listGroupFlexClusters).",
        "project",
        ("FlexClusterDescription20241113",),
        may_be_absent=False,
    ),
    Entity(
        "serverless_instances",
        "Serverless instances (Atlas listGroupServerlessInstances).",
        "project",
        ("ServerlessInstanceDescription",),
        retires_on="2027-01-18",
    ),
    Entity(
        "search_deployments",
        "Search nodes of each cluster (Atlas getGroupClusterSearchDeployment).",
        "cluster",
        ("ApiSearchDeploymentResponseView",),
    ),
    Entity(
        "data_federation",
        "Federated database instances (Atlas listGroupDataFederation).",
        "project",
        ("DataLakeTenant",),
        has_id=False,
    ),
    Entity(
        "stream_workspaces",
        "Stream processing workspaces (Atlas listGroupStreamWorkspaces).",
        "project",
        ("StreamsTenant",),
    ),
    Entity(
        "stream_processors",
        "Processors of each workspace (Atlas getGroupStreamProcessors).",
        "workspace",
        ("StreamsProcessorWithStats",),
    ),
    Entity(
        "online_archives",
        "Online archives of each cluster (Atlas listGroupClusterOnlineArchives).",
        "cluster",
        ("BackupOnlineArchive",),
    ),
    Entity(
        "backup_snapshots",
        "Snapshots of replica sets, sharded and flex clusters (Atlas "
        "listGroupClusterBackupSnapshots and its kin).",
        "cluster",
        (
            "DiskBackupReplicaSet",
            "DiskBackupShardedClusterSnapshot",
            "FlexBackupSnapshot20241113",
        ),
    ),
    Entity(
        "restore_jobs",
        "Restores (Atlas listGroupClusterBackupRestoreJobs and its flex kin).",
        "cluster",
        ("DiskBackupSnapshotRestoreJob", "FlexBackupRestoreJob20241113"),
    ),
    Entity(
        "skus",
        "Atlas's SKUs and their descriptions (Atlas listSkus).",
        "organization",
        ("SkuResponse",),
        has_history=False,
    ),
)


def names(*scopes: Scope) -> tuple[str, ...]:
    """The entities that are asked for by one of these; all without any."""
    return tuple(each.name for each in ENTITIES if not scopes or each.scope in scopes)


MAY_BE_ABSENT = frozenset(each.name for each in ENTITIES if each.may_be_absent)
RETIREMENTS = frozenset(each.retires_on for each in ENTITIES if each.retires_on)
RETIRING = frozenset(each.name for each in ENTITIES if each.retires_on)
