"""Making, changing and deleting: one method per endpoint, each naming its operationId.

Nothing here looks first or asks twice; that is for actions. Bodies are Atlas's own.
"""

from typing import Any

from orchestration.atlas import paths
from orchestration.atlas.client import AtlasClient
from orchestration.atlas.inventory import BASIC, CLUSTERS, FLEX

# Reads stay on the version whose shape they know; writes take the newest, which is alike but for
# defaults (since 2024-10-23 a sharded cluster may embed its config servers).
CLUSTER_WRITES = "2024-10-23"
CLUSTER_DELETION = "2023-02-01"
Document = dict[str, Any]


class Provisioning:
    """Projects, clusters, database users and access lists."""

    def __init__(self, client: AtlasClient) -> None:
        self._client = client

    def list_organizations(self, name: str) -> list[Document]:
        """Atlas listOrgs: those whose name begins so."""
        return self._listed("/orgs", f"organizations named {name}", {"name": name})

    def get_project_by_name(self, name: str) -> Document:
        """Atlas getGroupByName."""
        path = f"/groups/byName/{paths.segment(name)}"
        return self._get(path, BASIC, f"project {name}")

    def get_project(self, project_id: str) -> Document:
        """Atlas getGroup."""
        return self._get(paths.project(project_id), BASIC, f"project {project_id}")

    def create_project(self, body: Document) -> Document:
        """Atlas createGroup."""
        return self._made("/groups", body, BASIC, f"creating project {body['name']}")

    def update_project(self, project_id: str, body: Document) -> Document:
        """Atlas updateGroup: name and tags."""
        return self._changed(paths.project(project_id), body, BASIC, "changing the project")

    def delete_project(self, project_id: str) -> None:
        """Atlas deleteGroup: refused by Atlas while clusters are inside."""
        self._deleted(paths.project(project_id), BASIC, "deleting the project")

    def list_offers(self, project_id: str, provider: str) -> list[Document]:
        """Atlas listGroupClusterProviderRegions: a cloud's sizes, each with its regions."""
        path = f"{paths.project(project_id)}/clusters/provider/regions"
        return self._listed(path, f"what {provider} offers", {"providers": provider})

    def get_cluster(self, project_id: str, name: str) -> Document:
        """Atlas getGroupCluster."""
        return self._get(paths.cluster(project_id, name), CLUSTERS, f"cluster {name}")

    def create_cluster(self, project_id: str, body: Document) -> Document:
        """Atlas createGroupCluster."""
        path = f"{paths.project(project_id)}/clusters"
        return self._made(path, body, CLUSTER_WRITES, f"creating cluster {body['name']}")

    def update_cluster(self, project_id: str, name: str, body: Document) -> Document:
        """Atlas updateGroupCluster."""
        path = paths.cluster(project_id, name)
        return self._changed(path, body, CLUSTER_WRITES, f"changing cluster {name}")

    def upgrade_tenant_cluster(self, project_id: str, name: str, body: Document) -> Document:
        """Atlas upgradeGroupClusterTenantUpgrade: an M0 to a dedicated cluster, in place."""
        path = f"{paths.project(project_id)}/clusters/tenantUpgrade"
        return self._made(path, body, BASIC, f"upgrading cluster {name}")

    def upgrade_flex_cluster(self, project_id: str, name: str, body: Document) -> Document:
        """Atlas tenantGroupFlexClusterUpgrade: a flex to a dedicated cluster, in place."""
        path = f"{paths.project(project_id)}/flexClusters:tenantUpgrade"
        return self._made(path, body, FLEX, f"upgrading flex cluster {name}")

    def delete_cluster(self, project_id: str, name: str, *, retain_backups: bool) -> None:
        """Atlas deleteGroupCluster; `retain_backups` keeps its snapshots, which go on costing."""
        path, query = paths.cluster(project_id, name), {"retainBackups": "true"}
        what = f"deleting cluster {name}"
        self._deleted(path, CLUSTER_DELETION, what, query if retain_backups else None)

    def get_flex_cluster(self, project_id: str, name: str) -> Document:
        """Atlas getGroupFlexCluster."""
        return self._get(paths.flex_cluster(project_id, name), FLEX, f"flex cluster {name}")

    def create_flex_cluster(self, project_id: str, body: Document) -> Document:
        """Atlas createGroupFlexCluster."""
        path = f"{paths.project(project_id)}/flexClusters"
        return self._made(path, body, FLEX, f"creating flex cluster {body['name']}")

    def update_flex_cluster(self, project_id: str, name: str, body: Document) -> Document:
        """Atlas updateGroupFlexCluster: tags and termination protection."""
        path = paths.flex_cluster(project_id, name)
        return self._changed(path, body, FLEX, f"changing flex cluster {name}")

    def delete_flex_cluster(self, project_id: str, name: str) -> None:
        """Atlas deleteGroupFlexCluster."""
        path = paths.flex_cluster(project_id, name)
        self._deleted(path, FLEX, f"deleting flex cluster {name}")

    def list_users(self, project_id: str) -> list[Document]:
        """Atlas listGroupDatabaseUsers."""
        return self._listed(f"{paths.project(project_id)}/databaseUsers", "the database users")

    def get_user(self, project_id: str, database: str, name: str) -> Document:
        """Atlas getGroupDatabaseUser."""
        return self._get(_user(project_id, database, name), BASIC, f"database user {name}")

    def create_user(self, project_id: str, body: Document) -> Document:
        """Atlas createGroupDatabaseUser."""
        path = f"{paths.project(project_id)}/databaseUsers"
        return self._made(path, body, BASIC, f"creating database user {body['username']}")

    def update_user(self, project_id: str, database: str, name: str, body: Document) -> Document:
        """Atlas updateGroupDatabaseUser."""
        path = _user(project_id, database, name)
        return self._changed(path, body, BASIC, f"changing database user {name}")

    def delete_user(self, project_id: str, database: str, name: str) -> None:
        """Atlas deleteGroupDatabaseUser."""
        self._deleted(_user(project_id, database, name), BASIC, f"deleting database user {name}")

    def list_entries(self, project_id: str) -> list[Document]:
        """Atlas listGroupAccessListEntries."""
        path = f"{paths.project(project_id)}/accessList"
        return self._listed(path, "the project's access list")

    def get_entry(self, project_id: str, entry: str) -> Document:
        """Atlas getGroupAccessListEntry."""
        path = f"{paths.project(project_id)}/accessList/{paths.segment(entry)}"
        return self._get(path, BASIC, f"{entry} on the project's access list")

    def create_entry(self, project_id: str, entry: Document) -> Document:
        """Atlas createGroupAccessListEntry; its body is a list. One that exists is changed."""
        path = f"{paths.project(project_id)}/accessList"
        what = "adding to the project's access list"
        return self._object(
            self._client.change("POST", path, [entry], version=BASIC, what=what).document
        )

    def delete_entry(self, project_id: str, entry: str) -> None:
        """Atlas deleteGroupAccessListEntry."""
        path = f"{paths.project(project_id)}/accessList/{paths.segment(entry)}"
        self._deleted(path, BASIC, f"removing {entry} from the project's access list")

    def _get(self, path: str, version: str, what: str) -> Document:
        return self._object(self._client.get(path, version=version, what=what).document)

    def _listed(self, path: str, what: str, query: dict[str, str] | None = None) -> list[Document]:
        pages = self._client.pages(path, version=BASIC, what=what, params=query)
        return [each for page in pages for each in page.document.get("results") or []]

    def _made(self, path: str, body: Document, version: str, what: str) -> Document:
        answer = self._client.change("POST", path, body, version=version, what=what)
        return self._object(answer.document)

    def _changed(self, path: str, body: Document, version: str, what: str) -> Document:
        answer = self._client.change("PATCH", path, body, version=version, what=what)
        return self._object(answer.document)

    def _deleted(
        self, path: str, version: str, what: str, query: dict[str, str] | None = None
    ) -> None:
        self._client.change("DELETE", path, version=version, what=what, params=query)

    @staticmethod
    def _object(document: object) -> Document:
        return document if isinstance(document, dict) else {}


def _user(project_id: str, database: str, name: str) -> str:
    place = f"{paths.project(project_id)}/databaseUsers"
    return f"{place}/{paths.segment(database)}/{paths.segment(name)}"
