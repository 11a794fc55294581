"""Organizations, projects, clusters and SKUs: one method per endpoint, named by operationId."""

from urllib.parse import quote

from orchestration.atlas.client import Answer, AtlasClient

BASIC = "2023-01-01"
# Older versions answer 400 for sharded clusters whose shards differ: always the newest.
CLUSTERS = "2024-08-05"
FLEX = "2024-11-13"
SKUS = "2025-03-12"


def _segment(value: str) -> str:
    return quote(value, safe="")


class Inventory:
    """What an organization owns. Lists come as pages, each as Atlas sent it."""

    def __init__(self, client: AtlasClient) -> None:
        self._client = client

    def get_organization(self, org_id: str) -> Answer:
        """Atlas getOrg."""
        return self._client.get(
            f"/orgs/{_segment(org_id)}", version=BASIC, what=f"organization {org_id}"
        )

    def list_projects(self, org_id: str) -> list[Answer]:
        """Atlas getOrgGroups: the projects this key can see."""
        return self._list(f"/orgs/{_segment(org_id)}/groups", BASIC, f"projects of {org_id}")

    def list_all_projects(self) -> list[Answer]:
        """Atlas listGroups: the projects this key can see in any organization."""
        return self._list("/groups", BASIC, "projects")

    def get_project(self, project_id: str) -> Answer:
        """Atlas getGroup."""
        return self._client.get(
            f"/groups/{_segment(project_id)}", version=BASIC, what=f"project {project_id}"
        )

    def list_clusters(self, project_id: str) -> list[Answer]:
        """Atlas listGroupClusters: dedicated and M0 clusters; flex clusters are not in it."""
        return self._list(
            f"/groups/{_segment(project_id)}/clusters", CLUSTERS, f"clusters of {project_id}"
        )

    def get_cluster(self, project_id: str, name: str) -> Answer:
        """Atlas getGroupCluster."""
        return self._client.get(
            f"/groups/{_segment(project_id)}/clusters/{_segment(name)}",
            version=CLUSTERS,
            what=f"cluster {name}",
        )

    def list_flex_clusters(self, project_id: str) -> list[Answer]:
        """Atlas listGroupFlexClusters."""
        return self._list(
            f"/groups/{_segment(project_id)}/flexClusters", FLEX, f"flex clusters of {project_id}"
        )

    def get_flex_cluster(self, project_id: str, name: str) -> Answer:
        """Atlas getGroupFlexCluster."""
        return self._client.get(
            f"/groups/{_segment(project_id)}/flexClusters/{_segment(name)}",
            version=FLEX,
            what=f"flex cluster {name}",
        )

    def list_skus(self) -> list[Answer]:
        """Atlas listSkus: id and description of every SKU, without prices."""
        return self._list("/skus", SKUS, "SKU catalogue")

    def _list(self, path: str, version: str, what: str) -> list[Answer]:
        return list(self._client.pages(path, version=version, what=what))
