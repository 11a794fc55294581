"""What Atlas advises on dedicated clusters that run, asked for once a day at most.

Each cluster is an observation of its own, because the answers do not name theirs. What cannot be
read of one is noted with it; nothing else depends on it.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from orchestration.atlas.advice import VIEWS, Advice
from orchestration.atlas.client import Answer, AtlasClient
from orchestration.atlas.errors import AtlasError, Stopped
from orchestration.extraction.measurements import (
    dedicated,
    has_passed,
    is_of_cluster,
    objects,
    processes,
)
from orchestration.extraction.session import Session

log = logging.getLogger("atlas_costs")
ENTITY = "advice"
# What was in use during a week.
IN_USE_HOURS = 7 * 24
# A request each: a cluster with more of them is one of tenants, of which none is large.
MOST_DATABASES = 50
ATLAS_OWN = frozenset({"admin", "config", "local"})
PRIMARIES = frozenset({"REPLICA_PRIMARY", "SHARD_PRIMARY"})


def read_advice(session: Session) -> None:
    """Land what Atlas advises on each dedicated cluster that runs; after its measurements.

    Raises:
        Stopped: the run no longer waits.
    """
    now = datetime.now(UTC)
    known = session.landing.current(ENTITY)
    due = [
        (project_id, cluster)
        for project_id in session.landing.current("clusters")
        for cluster in dedicated(session.landing, project_id)
        if has_passed(known.get(f"{project_id}/{cluster['name']}"), now)
    ]
    session.each(lambda client, each: _land(client, session, *each), due)
    log.info("%s: advice on %d clusters read", session.name, len(due))


@dataclass
class _Read:
    """What was read of one cluster: bodies, each with its kind, and why others are missing."""

    kinds: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    errors: list[AtlasError] = field(default_factory=list)

    def add(self, kind: str, ask: Callable[[], list[Answer]]) -> None:
        """The answers of one kind, all of them or none."""
        try:
            answers = ask()
        except Stopped:
            raise
        except AtlasError as error:
            self.errors.append(error)
            return
        self.kinds += [kind] * len(answers)
        self.bodies += [each.body for each in answers]
        if not answers:
            self.empty.append(kind)


def _land(client: AtlasClient, session: Session, project_id: str, cluster: dict[str, Any]) -> None:
    landing, name = session.landing, str(cluster["name"])
    scope = f"{project_id}/{name}"
    until = datetime.now(UTC).isoformat(timespec="seconds")
    read = _read(Advice(client), session, project_id, cluster)
    for error in read.errors:
        log.warning("%s: %s", session.name, error)
    if not read.kinds and read.errors:
        landing.observe_unreadable(ENTITY, scope, str(read.errors[0]), read.errors[0].cause)
        return
    files = [landing.put(ENTITY, scope, body) for body in read.bodies]
    meta: dict[str, Any] = {"until": until, "kinds": read.kinds}
    if read.empty:
        meta["empty"] = read.empty
    if read.errors:
        meta["missing"] = [(each.cause, str(each)) for each in read.errors]
    landing.observe(ENTITY, scope, files, meta)


def _read(advice: Advice, session: Session, project_id: str, cluster: dict[str, Any]) -> _Read:
    name, read = str(cluster["name"]), _Read()
    read.add("dropIndexSuggestions", lambda: [advice.list_drop_index_suggestions(project_id, name)])
    read.add("suggestedIndexes", lambda: [advice.list_suggested_indexes(project_id, name)])
    read.add("schemaAdvice", lambda: [advice.list_schema_advice(project_id, name)])
    read.add(
        "namespaces",
        lambda: [
            advice.get_ranked_namespaces(project_id, name, view, IN_USE_HOURS) for view in VIEWS
        ],
    )
    primaries = _primaries(session, project_id, cluster)
    if primaries:
        read.add("databases", lambda: list(_sizes(advice, project_id, primaries)))
    return read


def _primaries(session: Session, project_id: str, cluster: dict[str, Any]) -> list[str]:
    """Its primary, of each shard, among the processes that were just measured."""
    return [
        str(each["id"])
        for each in processes(session.landing, project_id)
        if each.get("typeName") in PRIMARIES and is_of_cluster(each, cluster)
    ]


def _sizes(advice: Advice, project_id: str, primaries: list[str]) -> Iterator[Answer]:
    for process in primaries:
        found = objects(advice.list_databases(project_id, process))
        names = [str(each["databaseName"]) for each in found]
        if len(names) > MOST_DATABASES:
            raise AtlasError(
                f"{process} has {len(names)} databases; no more than {MOST_DATABASES} are measured."
            )
        for name in names:
            if name not in ATLAS_OWN:
                yield advice.of_database(project_id, process, name)
