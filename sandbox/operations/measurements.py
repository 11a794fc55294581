"""Processes of a project and what was measured of them, on request: one function an operation."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request

from sandbox.estate import load
from sandbox.estate.inventory import API, MONGODB, Document, link
from sandbox.estate.resources import Cluster, Project
from sandbox.identity import digest
from sandbox.months import stamp
from sandbox.operations.inventory import own_group
from sandbox.state import Sandbox
from sandbox.wire.errors import AtlasError
from sandbox.wire.paging import base_url, page

PORT = 27017
PARTITION = "data"
MOST_NAMES = 10
# Atlas keeps hourly values for two months.
LONGEST = timedelta(days=63)
PERIOD = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?)?")
UNITS = {
    "CPU": "PERCENT",
    "PERCENT": "PERCENT",
    "MEMORY": "BYTES",
    "CONNECTIONS": "SCALAR",
    "SIZE": "BYTES",
    "SPACE_USED": "BYTES",
    "OPCOUNTER": "SCALAR_PER_SECOND",
    "IOPS": "SCALAR_PER_SECOND",
    "DEPTH": "SCALAR",
    "DISK_USAGE": "BYTES",
}


@dataclass(frozen=True)
class Process:
    """One node of a cluster."""

    project: Project
    cluster: Cluster
    shard: int
    number: int

    @property
    def alias(self) -> str:
        """The host's name in the connection string."""
        domain = f"{digest(self.cluster.id)[:7]}.mongodb.net"
        return f"{self.cluster.name[:23].lower()}-shard-{self.shard:02}-{self.number:02}.{domain}"

    @property
    def id(self) -> str:
        """Host and port, by which it is asked for."""
        host = digest(f"{self.cluster.id}-{self.shard}-{self.number}")[:12]
        return f"atlas-{host}.mongodb.net:{PORT}"


def list_group_processes(sandbox: Sandbox, request: Request) -> Document:
    """The processes of dedicated clusters that run."""
    project, clusters = own_group(sandbox, request)
    found = list(_processes(project, clusters))
    return page(request, found, lambda one: _process_document(one, sandbox, request))


def list_group_process_disks(sandbox: Sandbox, request: Request) -> Document:
    """The one disk of a process."""
    process = _own_process(sandbox, request)
    base = base_url(request)

    def document(name: str) -> Document:
        own = f"{base}{API}/groups/{process.project.id}/processes/{process.id}/disks/{name}"
        return {"links": [link(own)], "partitionName": name}

    return page(request, [PARTITION], document)


def get_process_measurements(sandbox: Sandbox, request: Request) -> Document:
    """What was measured of a process."""
    process = _own_process(sandbox, request)
    kind = process.cluster.load
    return _measured(sandbox, request, process, lambda hour: load.of_process(kind, hour))


def get_disk_measurements(sandbox: Sandbox, request: Request) -> Document:
    """What was measured of its disk."""
    process = _own_process(sandbox, request)
    name = request.path_params["partitionName"]
    if name != PARTITION:
        detail = f"No partition named {name} exists."
        raise AtlasError(404, "PARTITION_NOT_FOUND", detail, (name,))
    cluster = process.cluster

    def of_hour(hour: datetime) -> dict[str, float]:
        return load.of_disk(cluster.load, cluster.disk_gb, hour)

    return _measured(sandbox, request, process, of_hour) | {"partitionName": name}


def list_group_process_databases(sandbox: Sandbox, request: Request) -> Document:
    """The databases of a process, Atlas's own among them."""
    process = _own_process(sandbox, request)
    base = f"{base_url(request)}{API}/groups/{process.project.id}/processes/{process.id}/databases"

    def document(name: str) -> Document:
        return {"databaseName": name, "links": [link(f"{base}/{name}")]}

    names = ["admin", "local", *load.databases(process.cluster.load)]
    return page(request, names, document)


def get_database_measurements(sandbox: Sandbox, request: Request) -> Document:
    """What was measured of one."""
    process = _own_process(sandbox, request)
    name = request.path_params["databaseName"]
    own = {"admin": 0.001, "local": 5.0}
    gb = (own | load.databases(process.cluster.load)).get(name)
    if gb is None:
        raise AtlasError(404, "DATABASE_NOT_FOUND", f"No database {name} exists.", (name,))
    found = _measured(sandbox, request, process, lambda _: load.of_database(gb))
    return found | {"databaseName": name}


def list_host_fts_metric_measurements(sandbox: Sandbox, request: Request) -> Document:
    """What was measured of the search nodes of a host's cluster; nothing where it has none."""
    process = _own_process(sandbox, request)
    kind = process.cluster.load
    found = _measured(sandbox, request, process, lambda hour: load.of_search(kind, hour), "metrics")
    measured = found.pop("measurements")
    del found["hostId"]
    lists: Document = {"hardwareMeasurements": [], "statusMeasurements": []}
    for each in measured if process.cluster.search_nodes else []:
        lists[f"{'status' if 'JVM' in each['name'] else 'hardware'}Measurements"].append(each)
    return found | lists


def _processes(project: Project, clusters: tuple[Cluster, ...]) -> Iterator[Process]:
    for cluster in clusters:
        if cluster.kind == "dedicated" and not cluster.paused:
            for shard, part in enumerate(cluster.parts):
                for number in range(sum(region.servers for region in part.regions)):
                    yield Process(project, cluster, shard, number)


def _own_process(sandbox: Sandbox, request: Request) -> Process:
    wanted = request.path_params["processId"]
    for process in _processes(*own_group(sandbox, request)):
        if process.id == wanted:
            return process
    raise AtlasError(404, "HOST_NOT_FOUND", f"No host {wanted} exists.", (wanted,))


def _process_document(process: Process, sandbox: Sandbox, request: Request) -> Document:
    """ApiHostView_Atlas."""
    base = base_url(request)
    is_sharded = len(process.cluster.parts) > 1
    kind = "PRIMARY" if process.number == 0 else "SECONDARY"
    replica_set = f"atlas-{digest(process.cluster.id)[:6]}-shard-{process.shard}"
    return {
        "created": stamp(sandbox.clock.now()),
        "groupId": process.project.id,
        "hostname": process.id.partition(":")[0],
        "id": process.id,
        "lastPing": stamp(sandbox.clock.now()),
        "links": [link(f"{base}{API}/groups/{process.project.id}/processes/{process.id}")],
        "port": PORT,
        "replicaSetName": replica_set,
        **({"shardName": replica_set} if is_sharded else {}),
        "typeName": f"{'SHARD' if is_sharded else 'REPLICA'}_{kind}",
        "userAlias": process.alias,
        "version": MONGODB,
    }


def _measured(
    sandbox: Sandbox,
    request: Request,
    process: Process,
    of_hour: Callable[[datetime], dict[str, float]],
    key: str = "m",
) -> Document:
    """ApiMeasurementsGeneralView_Atlas: the hours that are over, and the running one."""
    names = _names(request, key, of_hour(sandbox.clock.now()))
    period = _period(request)
    end = sandbox.clock.now().replace(minute=0, second=0, microsecond=0)
    count = int(period.total_seconds() // 3600)
    hours = [end - timedelta(hours=back) for back in reversed(range(count))]
    values = [of_hour(hour) for hour in hours]
    return {
        "end": stamp(end),
        "granularity": "PT1H",
        "groupId": process.project.id,
        "hostId": process.id,
        "links": [link(str(request.url))],
        "measurements": [
            {
                "dataPoints": [
                    {"timestamp": stamp(hour), "value": round(value[name], 4)}
                    for hour, value in zip(hours, values, strict=True)
                ],
                "name": name,
                "units": next(unit for part, unit in UNITS.items() if part in name),
            }
            for name in names
        ],
        "processId": process.id,
        "start": stamp(hours[0]),
    }


def _names(request: Request, key: str, known: dict[str, float]) -> list[str]:
    """Those asked for; all without any. What it does not measure here it refuses."""
    names = request.query_params.getlist(key) or list(known)
    unknown = [one for one in names if one not in known]
    if unknown or len(names) > MOST_NAMES:
        raise AtlasError(400, "INVALID_METRIC_NAME", "An invalid metric was given.", (*unknown,))
    return names


def _period(request: Request) -> timedelta:
    if request.query_params.get("granularity") != "PT1H":
        raise AtlasError(400, "INVALID_GRANULARITY", "Only PT1H is measured here.", ())
    found = PERIOD.fullmatch(request.query_params.get("period", ""))
    days, hours = (int(part or 0) for part in found.groups()) if found else (0, 0)
    period = timedelta(days=days, hours=hours)
    if not timedelta() < period <= LONGEST:
        raise AtlasError(400, "INVALID_PERIOD", "The period is invalid.", ())
    return period
