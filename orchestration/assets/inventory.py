"""Everything an organization owns, asked for, landed and loaded into raw in one step.

One step, because a project's clusters have to be known before what belongs to them, and because
no connection shall wait for another between one entity and the next.
"""

from collections.abc import Iterator

import dagster as dg

from orchestration.extraction.inventory import extract
from orchestration.extraction.together import for_all
from orchestration.resources.atlas import AtlasResource
from orchestration.resources.failures import failures_named
from orchestration.resources.warehouse import WarehouseResource

GROUP = "extraction"
KINDS = {"python", "duckdb"}
ENTITIES = {
    "organizations": "The organization itself (Atlas getOrg).",
    "projects": "Projects the key can see (Atlas getOrgGroups).",
    "clusters": "Dedicated and M0 clusters of each project (Atlas listGroupClusters).",
    "flex_clusters": "Flex clusters of each project (Atlas listGroupFlexClusters).",
    "serverless_instances": "Serverless instances (Atlas listGroupServerlessInstances).",
    "search_deployments": "Search nodes of each cluster (Atlas getGroupClusterSearchDeployment).",
    "data_federation": "Federated database instances (Atlas listGroupDataFederation).",
    "stream_workspaces": "Stream processing workspaces (Atlas listGroupStreamWorkspaces).",
    "stream_processors": "Processors of each workspace (Atlas getGroupStreamProcessors).",
    "online_archives": "Online archives of each cluster (Atlas listGroupClusterOnlineArchives).",
    "backup_snapshots": "Snapshots of replica sets, sharded and flex clusters (Atlas "
    "listGroupClusterBackupSnapshots and its kin).",
    "restore_jobs": "Restores (Atlas listGroupClusterBackupRestoreJobs and its flex kin).",
    "skus": "Atlas's SKUs and their descriptions (Atlas listSkus).",
    "resource_tags": "Tags of projects and clusters as they are now.",
    # not asked for: whoever runs one lands it, and each load reads what is new
    "actions": "What this product did in Atlas, from the record of each run.",
}


@dg.multi_asset(
    name="inventory",
    specs=[
        dg.AssetSpec(
            ["atlas", name],
            # after the bill: an inventory that takes long must never keep costs from being read
            deps=[dg.AssetKey(["atlas", "focus_report_rows"])],
            description=text,
            group_name=GROUP,
            kinds=KINDS,
        )
        for name, text in ENTITIES.items()
    ],
)
def inventory(
    atlas: AtlasResource, warehouse: WarehouseResource
) -> Iterator[dg.MaterializeResult[None]]:
    """Read the inventory of every connection and keep its history."""
    with failures_named():
        sessions = atlas.sessions(warehouse.landing)
        for_all(sessions, extract, atlas.patience_s)
        with warehouse.raw() as raw:
            raw.load(*(each.landing for each in sessions))
            counts = {name: raw.count(name) for name in ENTITIES}
    for name, rows in counts.items():
        yield dg.MaterializeResult(asset_key=["atlas", name], metadata={"dagster/row_count": rows})


assets = [inventory]
