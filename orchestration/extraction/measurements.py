"""What Atlas measured of the processes of dedicated clusters, asked for once a day at most.

They are landed as Atlas sends them, project by project: one observation names the processes, what
was measured of each, and of the disk that holds its data. Nothing else depends on them: a project
that cannot be read is noted, and the others go on.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.atlas import responses
from orchestration.atlas.client import Answer, AtlasClient
from orchestration.atlas.errors import AtlasError, NotFound, Refused, Stopped
from orchestration.atlas.measurements import Measurements
from orchestration.atlas.tenants import is_tenant
from orchestration.extraction.inventory import listed
from orchestration.extraction.session import Session
from orchestration.landing.journal import Landing, Observation
from reporting.formats import counted

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
        if dedicated(session.landing, project_id)
        and (hours := _hours_since(session, project_id, now)) is not None
    ]
    session.each(lambda client, each: _land(client, session, *each), due)
    log.info("%s: measurements of %s read", session.name, counted(len(due), "project"))


def dedicated(landing: Landing, project_id: str) -> list[dict[str, Any]]:
    """The clusters that run on machines of their own; a paused one measures nothing."""
    clusters = listed(landing, "clusters", project_id)
    return [each for each in clusters if not is_tenant(each) and not each.get("paused")]


def is_of_cluster(process: dict[str, Any], cluster: dict[str, Any]) -> bool:
    """Whether a process is one of a cluster, by its host: the rule of int_saving_usage."""
    alias = str(process.get("userAlias", "")).lower()
    standard = str((cluster.get("connectionStrings") or {}).get("standard") or "").lower()
    begin = f"{str(cluster['name'])[:23].lower()}-shard-"
    return bool(alias) and (alias in standard or alias.startswith(begin))


def _hours_since(session: Session, project_id: str, now: datetime) -> int | None:
    """How much to ask for; None where less than a day has passed."""
    seen = session.landing.current(ENTITY).get(project_id)
    if seen is None or "until" not in seen.meta:
        return LONGEST_HOURS
    if not has_passed(seen, now):
        return None
    passed = now - datetime.fromisoformat(seen.meta["until"])
    return min(LONGEST_HOURS, int(passed.total_seconds() // 3600) + OVERLAP_HOURS)


def has_passed(seen: Observation | None, now: datetime) -> bool:
    """Whether a day has, since it was read."""
    until = seen.meta.get("until") if seen else None
    return until is None or now - datetime.fromisoformat(until) >= A_DAY


def _land(client: AtlasClient, session: Session, project_id: str, hours: int) -> None:
    landing = session.landing
    until = datetime.now(UTC).isoformat(timespec="seconds")
    missing: list[tuple[str, str]] = []
    try:
        answers = list(_answers(Measurements(client), landing, project_id, hours, missing))
    except Stopped:
        raise
    except AtlasError as error:
        landing.observe_unreadable(ENTITY, project_id, str(error), error.cause)
        log.warning("%s: %s", session.name, error)
        return
    files = [landing.put(ENTITY, project_id, each.body) for each in answers]
    meta = {"until": until} | ({"missing": missing} if missing else {})
    landing.observe(ENTITY, project_id, files, meta)


def processes(landing: Landing, project_id: str) -> list[dict[str, Any]]:
    """Those of a project, as last listed: the pages before what was measured."""
    found: list[dict[str, Any]] = []
    if seen := landing.current(ENTITY).get(project_id):
        for name in seen.files:
            [body] = landing.read(replace(seen, files=(name,)))
            answer = Answer(body, ENTITY)
            if "results" not in answer.document:
                break
            found += objects([answer])
    return found


def _answers(
    measured: Measurements,
    landing: Landing,
    project_id: str,
    hours: int,
    missing: list[tuple[str, str]],
) -> Iterator[Answer]:
    """The processes, then what was measured of each."""
    pages = measured.list_processes(project_id)
    yield from pages
    reader = _Disks(measured, project_id, hours)
    searched = _searched(landing, project_id)
    for process in objects(pages):
        if process.get("typeName") in ROUTERS:
            continue
        # a process that left since it was listed is no reason to know nothing of the others
        try:
            yield measured.of_process(project_id, str(process["id"]), hours)
            yield from reader.of(str(process["id"]))
        except NotFound as error:
            log.info("%s", error)
            continue
        if any(is_of_cluster(process, each) for each in searched):
            try:
                yield measured.of_search(project_id, str(process["id"]), hours)
            except (NotFound, Refused) as error:
                missing.append((error.cause, str(error)))


def _searched(landing: Landing, project_id: str) -> list[dict[str, Any]]:
    """The clusters with search nodes: of others, search is no cost of its own."""
    return [
        each
        for each in dedicated(landing, project_id)
        if any(
            found.get("id")
            for found in listed(landing, "search_deployments", f"{project_id}/{each['name']}")
        )
    ]


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
            self.names = [str(each["partitionName"]) for each in objects(listed_disks)]
        return [
            self.measured.of_disk(self.project_id, process, name, self.hours) for name in self.names
        ]


def objects(answers: list[Answer]) -> list[dict[str, Any]]:
    """What pages hold."""
    return [each for answer in answers for each in responses.results(answer.document)]
