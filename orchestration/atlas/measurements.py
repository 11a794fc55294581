"""What Atlas measures of processes and their disks, by the hour; one method per endpoint."""

from urllib.parse import urlencode

from orchestration.atlas import paths
from orchestration.atlas.client import Answer, AtlasClient
from orchestration.atlas.inventory import BASIC

# At most ten of each may be asked for at once. Memory is what is available, because a cache that
# gives way is no use; of tickets nothing is read, since 7.0 adapts them to the load.
OF_PROCESS = (
    "MAX_SYSTEM_NORMALIZED_CPU_USER",
    "MAX_SYSTEM_NORMALIZED_CPU_KERNEL",
    "SYSTEM_MEMORY_AVAILABLE",
    "SYSTEM_MEMORY_USED",
    "CONNECTIONS",
    "DB_DATA_SIZE_TOTAL",
    "OPCOUNTER_QUERY",
    "OPCOUNTER_INSERT",
    "OPCOUNTER_UPDATE",
    "OPCOUNTER_DELETE",
)
OF_DISK = (
    "MAX_DISK_PARTITION_IOPS_TOTAL",
    "DISK_QUEUE_DEPTH",
    "MAX_DISK_PARTITION_SPACE_USED",
    "MAX_DISK_PARTITION_SPACE_PERCENT_USED",
)
# Of what search needs; Atlas has no maxima of these.
OF_SEARCH = (
    "FTS_PROCESS_NORMALIZED_CPU_USER",
    "FTS_PROCESS_NORMALIZED_CPU_KERNEL",
    "FTS_DISK_USAGE",
    "JVM_CURRENT_MEMORY",
    "JVM_MAX_MEMORY",
)


class Measurements:
    """Processes of a project, and what was measured of each in the last hours."""

    def __init__(self, client: AtlasClient) -> None:
        self._client = client

    def list_processes(self, project_id: str) -> list[Answer]:
        """Atlas listGroupProcesses."""
        path = f"{paths.project(project_id)}/processes"
        what = f"processes of {project_id}"
        return list(self._client.pages(path, version=BASIC, what=what))

    def list_disks(self, project_id: str, process: str) -> list[Answer]:
        """Atlas listGroupProcessDisks."""
        path = f"{_process(project_id, process)}/disks"
        return list(self._client.pages(path, version=BASIC, what=f"disks of {process}"))

    def of_process(self, project_id: str, process: str, hours: int) -> Answer:
        """Atlas getGroupProcessMeasurements."""
        path = f"{_process(project_id, process)}/measurements?{_query(OF_PROCESS, hours)}"
        return self._client.get(path, version=BASIC, what=f"measurements of {process}")

    def of_disk(self, project_id: str, process: str, partition: str, hours: int) -> Answer:
        """Atlas getGroupProcessDiskMeasurements."""
        disk = f"{_process(project_id, process)}/disks/{paths.segment(partition)}"
        path = f"{disk}/measurements?{_query(OF_DISK, hours)}"
        return self._client.get(path, version=BASIC, what=f"disk measurements of {process}")

    def of_search(self, project_id: str, process: str, hours: int) -> Answer:
        """Atlas listGroupHostFtsMetricMeasurements."""
        asked = _query(OF_SEARCH, hours, "metrics")
        host = f"{paths.project(project_id)}/hosts/{paths.segment(process)}"
        path = f"{host}/fts/metrics/measurements?{asked}"
        return self._client.get(path, version=BASIC, what=f"search measurements of {process}")


def _process(project_id: str, process: str) -> str:
    return f"{paths.project(project_id)}/processes/{paths.segment(process)}"


def _query(names: tuple[str, ...], hours: int, key: str = "m") -> str:
    asked = [("granularity", "PT1H"), ("period", f"PT{hours}H"), *((key, name) for name in names)]
    return urlencode(asked)
