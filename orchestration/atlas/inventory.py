"""Organizations, projects, clusters and SKUs: one method per endpoint, named by operationId."""

import json
from typing import Any

from orchestration.atlas import paths
from orchestration.atlas.client import Answer, AtlasClient
from orchestration.atlas.errors import AtlasError

BASIC = "2023-01-01"
# Older versions answer 400 for sharded clusters whose shards differ: always the newest.
CLUSTERS = "2024-08-05"
FLEX = "2024-11-13"
SKUS = SEARCH = "2025-03-12"
STREAMS = "2023-02-01"
PROCESSORS = "2024-05-30"
# A cluster without search nodes; others of Atlas's codes are errors.
NO_SEARCH_NODES = frozenset(
    {"ATLAS_SEARCH_DEPLOYMENT_DOES_NOT_EXIST", "ATLAS_FTS_DEPLOYMENT_DOES_NOT_EXIST"}
)
# Where a restore can be downloaded from: who has the address has the data. Sharded clusters have
# a downloadUrl for each of their `components`.
ADDRESSES = frozenset({"deliveryUrl", "privateDownloadDeliveryUrls", "snapshotUrl", "downloadUrl"})


def _without_addresses(answers: list[Answer]) -> list[Answer]:
    return [
        Answer(json.dumps(redacted(each.document), ensure_ascii=False).encode(), each.what)
        for each in answers
    ]


def redacted(value: Any) -> Any:  # noqa: ANN401  JSON is any shape
    """A restore job, or a part of one, with null where it can be downloaded from."""
    if isinstance(value, list):
        return [redacted(each) for each in value]
    if isinstance(value, dict):
        return {
            name: None if name in ADDRESSES else redacted(inner) for name, inner in value.items()
        }
    return value


class Inventory:
    """What an organization owns. Lists come as pages, each as Atlas sent it."""

    def __init__(self, client: AtlasClient) -> None:
        self._client = client

    def get_organization(self, org_id: str) -> Answer:
        """Atlas getOrg."""
        return self._client.get(
            paths.organization(org_id), version=BASIC, what=f"organization {org_id}"
        )

    def list_projects(self, org_id: str) -> list[Answer]:
        """Atlas getOrgGroups: the projects this key can see."""
        return self._list(f"{paths.organization(org_id)}/groups", BASIC, f"projects of {org_id}")

    def list_all_projects(self) -> list[Answer]:
        """Atlas listGroups: the projects this key can see in any organization."""
        return self._list("/groups", BASIC, "projects")

    def get_project(self, project_id: str) -> Answer:
        """Atlas getGroup."""
        return self._client.get(
            paths.project(project_id), version=BASIC, what=f"project {project_id}"
        )

    def list_clusters(self, project_id: str) -> list[Answer]:
        """Atlas listGroupClusters: dedicated and M0 clusters; flex clusters are not in it."""
        return self._list(
            f"{paths.project(project_id)}/clusters", CLUSTERS, f"clusters of {project_id}"
        )

    def get_cluster(self, project_id: str, name: str) -> Answer:
        """Atlas getGroupCluster."""
        return self._client.get(
            paths.cluster(project_id, name),
            version=CLUSTERS,
            what=f"cluster {name}",
        )

    def list_flex_clusters(self, project_id: str) -> list[Answer]:
        """Atlas listGroupFlexClusters."""
        return self._list(
            f"{paths.project(project_id)}/flexClusters", FLEX, f"flex clusters of {project_id}"
        )

    def get_flex_cluster(self, project_id: str, name: str) -> Answer:
        """Atlas getGroupFlexCluster."""
        return self._client.get(
            paths.flex_cluster(project_id, name),
            version=FLEX,
            what=f"flex cluster {name}",
        )

    def list_serverless_instances(self, project_id: str) -> list[Answer]:
        """Atlas listGroupServerlessInstances: empty since 2026, gone from 2027."""
        path = f"{paths.project(project_id)}/serverless"
        return self._list(path, BASIC, f"serverless instances of {project_id}")

    def list_data_federation(self, project_id: str) -> list[Answer]:
        """Atlas listGroupDataFederation: a bare array."""
        path = f"{paths.project(project_id)}/dataFederation"
        return [self._client.get(path, version=BASIC, what=f"data federation of {project_id}")]

    def list_stream_workspaces(self, project_id: str) -> list[Answer]:
        """Atlas listGroupStreamWorkspaces."""
        path = f"{paths.project(project_id)}/streams"
        return self._list(path, STREAMS, f"stream workspaces of {project_id}")

    def list_stream_processors(self, project_id: str, workspace: str) -> list[Answer]:
        """Atlas getGroupStreamProcessors (role Organization Stream Processing Admin)."""
        path = f"{paths.project(project_id)}/streams/{paths.segment(workspace)}/processors"
        return self._list(path, PROCESSORS, f"stream processors of {workspace}")

    def get_search_deployment(self, project_id: str, cluster: str) -> list[Answer]:
        """Atlas getGroupClusterSearchDeployment: nothing where a cluster has no search nodes."""
        path = f"{paths.cluster(project_id, cluster)}/search/deployment"
        try:
            answer = self._client.get(path, version=SEARCH, what=f"search nodes of {cluster}")
        except AtlasError as error:
            if error.error_code in NO_SEARCH_NODES:
                return []
            raise
        return [answer] if answer.document else []

    def list_online_archives(self, project_id: str, cluster: str) -> list[Answer]:
        """Atlas listGroupClusterOnlineArchives."""
        path = f"{paths.cluster(project_id, cluster)}/onlineArchives"
        return self._list(path, BASIC, f"online archives of {cluster}")

    def list_snapshots(self, project_id: str, cluster: str) -> list[Answer]:
        """Atlas listGroupClusterBackupSnapshots: of a replica set."""
        path = f"{paths.cluster(project_id, cluster)}/backup/snapshots"
        return self._list(path, BASIC, f"snapshots of {cluster}")

    def list_sharded_snapshots(self, project_id: str, cluster: str) -> list[Answer]:
        """Atlas listGroupClusterBackupSnapshotShardedClusters."""
        path = f"{paths.cluster(project_id, cluster)}/backup/snapshots/shardedClusters"
        return self._list(path, BASIC, f"snapshots of {cluster}")

    def list_flex_snapshots(self, project_id: str, name: str) -> list[Answer]:
        """Atlas listGroupFlexClusterBackupSnapshots."""
        path = f"{paths.flex_cluster(project_id, name)}/backup/snapshots"
        return self._list(path, FLEX, f"snapshots of {name}")

    def list_restore_jobs(self, project_id: str, cluster: str) -> list[Answer]:
        """Atlas listGroupClusterBackupRestoreJobs (role Project Backup Manager), without addresses.

        A download job shows pre-signed addresses. They are secrets: the bodies are encoded anew
        with null in their place.
        """
        path = f"{paths.cluster(project_id, cluster)}/backup/restoreJobs"
        return _without_addresses(self._list(path, BASIC, f"restore jobs of {cluster}"))

    def list_flex_restore_jobs(self, project_id: str, name: str) -> list[Answer]:
        """Atlas listGroupFlexClusterBackupRestoreJobs; addresses are null, as in the other."""
        path = f"{paths.flex_cluster(project_id, name)}/backup/restoreJobs"
        return _without_addresses(self._list(path, FLEX, f"restore jobs of {name}"))

    def list_skus(self) -> list[Answer]:
        """Atlas listSkus: id and description of every SKU, without prices."""
        return self._list("/skus", SKUS, "SKU catalogue")

    def _list(self, path: str, version: str, what: str) -> list[Answer]:
        return list(self._client.pages(path, version=version, what=what))
