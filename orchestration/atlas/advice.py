"""What Atlas advises on a cluster and says of its databases; one method per endpoint."""

from urllib.parse import urlencode

from orchestration.atlas import paths
from orchestration.atlas.client import Answer, AtlasClient
from orchestration.atlas.inventory import BASIC

PERFORMANCE_ADVISOR = "2024-08-05"
COLLECTION_METRICS = "2023-11-15"
OF_DATABASE = ("DATABASE_STORAGE_SIZE", "DATABASE_INDEX_SIZE")
# Sizes change slowly, and a day is read each day.
SIZES_OF = "PT24H"
# Primaries say what is written and read there; the others are read only.
VIEWS = ("PRIMARY", "SECONDARY")


class Advice:
    """The Performance Advisor, the namespaces in use, and the databases with their sizes."""

    def __init__(self, client: AtlasClient) -> None:
        self._client = client

    def list_drop_index_suggestions(self, project_id: str, cluster: str) -> Answer:
        """Atlas listGroupClusterPerformanceAdvisorDropIndexSuggestions."""
        return self._advised(project_id, cluster, "dropIndexSuggestions")

    def list_suggested_indexes(self, project_id: str, cluster: str) -> Answer:
        """Atlas listGroupClusterPerformanceAdvisorSuggestedIndexes, of the last 24 hours."""
        return self._advised(project_id, cluster, "suggestedIndexes")

    def list_schema_advice(self, project_id: str, cluster: str) -> Answer:
        """Atlas listGroupClusterPerformanceAdvisorSchemaAdvice."""
        return self._advised(project_id, cluster, "schemaAdvice")

    def get_ranked_namespaces(self, project_id: str, cluster: str, view: str, hours: int) -> Answer:
        """Atlas getGroupClusterCollStatNamespaces: the collections in use, busiest first."""
        above = f"{paths.cluster(project_id, cluster)}/{paths.segment(view)}"
        path = f"{above}/collStats/namespaces?{urlencode({'period': f'PT{hours}H'})}"
        return self._client.get(
            path, version=COLLECTION_METRICS, what=f"namespaces in use of {cluster}"
        )

    def list_databases(self, project_id: str, process: str) -> list[Answer]:
        """Atlas listGroupProcessDatabases."""
        what = f"databases of {process}"
        path = f"{_databases(project_id, process)}"
        return list(self._client.pages(path, version=BASIC, what=what))

    def of_database(self, project_id: str, process: str, database: str) -> Answer:
        """Atlas getGroupProcessDatabaseMeasurements."""
        asked = [("granularity", "PT1H"), ("period", SIZES_OF), *(("m", m) for m in OF_DATABASE)]
        above = f"{_databases(project_id, process)}/{paths.segment(database)}"
        path = f"{above}/measurements?{urlencode(asked)}"
        return self._client.get(path, version=BASIC, what=f"sizes of the databases of {process}")

    def _advised(self, project_id: str, cluster: str, what: str) -> Answer:
        path = f"{paths.cluster(project_id, cluster)}/performanceAdvisor/{what}"
        return self._client.get(path, version=PERFORMANCE_ADVISOR, what=f"{what} of {cluster}")


def _databases(project_id: str, process: str) -> str:
    return f"{paths.project(project_id)}/processes/{paths.segment(process)}/databases"
