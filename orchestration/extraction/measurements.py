"""What Atlas measured of the processes of dedicated clusters, asked for once a day at most.

They are landed as Atlas sends them, project by project: one observation names the processes, what
was measured of each, and of the disk that holds its data. Nothing else depends on them: a project
that cannot be read is noted, and the others go on.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.atlas import responses
from orchestration.atlas.client import Answer, AtlasClient
from orchestration.atlas.errors import AtlasError, NotFound, Stopped
from orchestration.atlas.measurements import Measurements
from orchestration.atlas.tenants import is_tenant
from orchestration.extraction.inventory import listed
from orchestration.extraction.session import Session

log = logging.getLogger("atlas_costs")
ENTITY = "measurements"
# A refresh at six each morning must find that a day has passed.
A_DAY = timedelta(hours=20)
# As far back as findings look. Hours are asked for twice, because the last one was not over.
LONGEST_HOURS, OVERLAP_HOURS = 30 * 24, 3
ROUTERS = frozenset({"SHARD_MONGOS", "SHARD_CONFIG", "NO_DATA"})


def read_measurements(session: Session) -> None:
    """Land what was measured since it was last asked for, of every project that has a cluster.

    Raises:
        Stopped: the run no longer waits.
    """
    now = datetime.now(UTC)
    due = [
        (project_id, hours)
        for project_id in session.landing.current("clusters")
        if _has_dedicated(session, project_id)
        and (hours := _hours_since(session, project_id, now)) is not None
    ]
    session.each(lambda client, each: _land(client, session, *each), due)
    log.info("%s: measurements of %d projects read", session.name, len(due))


def _has_dedicated(session: Session, project_id: str) -> bool:
    """Whether any cluster runs on machines of its own; a paused one measures nothing."""
    clusters = listed(session.landing, "clusters", project_id)
    return any(not is_tenant(each) and not each.get("paused") for each in clusters)


def _hours_since(session: Session, project_id: str, now: datetime) -> int | None:
    """How much to ask for; None where less than a day has passed."""
    seen = session.landing.current(ENTITY).get(project_id)
    if seen is None or "until" not in seen.meta:
        return LONGEST_HOURS
    passed = now - datetime.fromisoformat(seen.meta["until"])
    if passed < A_DAY:
        return None
    return min(LONGEST_HOURS, int(passed.total_seconds() // 3600) + OVERLAP_HOURS)


def _land(client: AtlasClient, session: Session, project_id: str, hours: int) -> None:
    landing = session.landing
    until = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        answers = list(_answers(Measurements(client), project_id, hours))
    except Stopped:
        raise
    except AtlasError as error:
        landing.observe_unreadable(ENTITY, project_id, str(error), error.cause)
        log.warning("%s: %s", session.name, error)
        return
    files = [landing.put(ENTITY, project_id, each.body) for each in answers]
    landing.observe(ENTITY, project_id, files, {"until": until})


def _answers(measured: Measurements, project_id: str, hours: int) -> Iterator[Answer]:
    """The processes, then what was measured of each."""
    pages = measured.list_processes(project_id)
    yield from pages
    reader = _Disks(measured, project_id, hours)
    for process in _objects(pages):
        if process.get("typeName") in ROUTERS:
            continue
        # a process that left since it was listed is no reason to know nothing of the others
        try:
            yield measured.of_process(project_id, str(process["id"]), hours)
            yield from reader.of(str(process["id"]))
        except NotFound as error:
            log.info("%s", error)


@dataclass
class _Disks:
    """Atlas names the disks of all nodes alike: those of the first tell the others'."""

    measured: Measurements
    project_id: str
    hours: int
    names: list[str] = field(default_factory=list)

    def of(self, process: str) -> list[Answer]:
        """What was measured of a process's disks."""
        try:
            return self._read(process)
        except NotFound:
            self.names = []
            return self._read(process)

    def _read(self, process: str) -> list[Answer]:
        if not self.names:
            listed_disks = self.measured.list_disks(self.project_id, process)
            self.names = [str(each["partitionName"]) for each in _objects(listed_disks)]
        return [
            self.measured.of_disk(self.project_id, process, name, self.hours) for name in self.names
        ]


def _objects(answers: list[Answer]) -> list[dict[str, Any]]:
    return [each for answer in answers for each in responses.results(answer.document)]
