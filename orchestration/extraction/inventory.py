"""Everything an organization owns, asked for and landed scope by scope.

What one key cannot read is noted in the landing journal and named as a missing part. Where Atlas
does not answer any more, nothing more is asked: 60 projects would be 1500 requests and 18 minutes.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from orchestration.atlas import responses
from orchestration.atlas.client import Answer, AtlasClient
from orchestration.atlas.errors import (
    AtlasError,
    NotFound,
    RateLimited,
    Retired,
    Stopped,
    Unauthorized,
    Unavailable,
)
from orchestration.atlas.inventory import Inventory
from orchestration.atlas.tenants import is_tenant
from orchestration.entities import MAY_BE_ABSENT, RETIRING, names
from orchestration.extraction.session import Session
from orchestration.landing.journal import Landing
from orchestration.status import MISSING_ROLE
from reporting.formats import counted

log = logging.getLogger("atlas_costs")
ENTITY = "inventory"
SILENCES = 4
Ask = Callable[[], list[Answer]]


class _GivenUp(Exception):
    """Nothing more of the inventory is asked for in this run; the cause says why."""


def extract(session: Session) -> None:
    """Land the organization, its projects, what each project holds, and the SKU catalogue.

    Costs do not depend on it: wherever Atlas stops answering, what is missing is noted.

    Raises:
        Stopped: the run no longer waits.
    """
    try:
        _extract(session)
    except _GivenUp as given_up:
        error = given_up.__cause__
        cause = error.cause if isinstance(error, AtlasError) else "unreachable"
        session.landing.observe_unreadable(ENTITY, session.org_id, str(error), cause)
        log.warning("%s: inventory given up on: %s", session.name, error)
    else:
        session.landing.observe(ENTITY, session.org_id, [])


def _extract(session: Session) -> None:
    landing, org_id = session.landing, session.org_id
    client = session.client()
    try:
        inventory = Inventory(client)
        _land(session, "organizations", org_id, lambda: [inventory.get_organization(org_id)])
        _land(session, "projects", org_id, lambda: inventory.list_projects(org_id))
        _land(session, "skus", org_id, inventory.list_skus)
    finally:
        session.give_back(client)
    found = listed(landing, "projects", org_id)
    project_ids = [each["id"] for each in found if isinstance(each.get("id"), str)]
    unique = list(dict.fromkeys(project_ids))
    session.each(lambda client, project_id: _Project(client, session, project_id).land(), unique)
    _forget_others(landing, unique)
    log.info("%s: %s read", session.name, counted(len(unique), "project"))


def _land(session: Session, entity: str, scope: str, ask: Ask) -> bool:
    """Ask for one scope and note what came, or why nothing did; whether it could be read.

    Raises:
        _GivenUp: asking on would only cost time.
        Stopped: the run no longer waits.
    """
    landing = session.landing
    try:
        answers = ask()
    except Stopped:
        raise
    except AtlasError as error:
        if _means_none(error, entity):
            landing.observe(entity, scope, [])
            return True
        landing.observe_unreadable(entity, scope, str(error), error.cause)
        _consider_giving_up(session, entity, error)
        return False
    session.silences = 0
    landing.observe(entity, scope, [landing.put(entity, scope, each.body) for each in answers])
    return True


def _means_none(error: AtlasError, entity: str) -> bool:
    if isinstance(error, Retired):
        return entity in RETIRING
    return isinstance(error, NotFound) and entity in MAY_BE_ABSENT


def _consider_giving_up(session: Session, entity: str, error: AtlasError) -> None:
    """Wrong credentials; nobody there; or four questions in a row, each tried five times."""
    is_silent = isinstance(error, Unavailable | RateLimited)
    session.silences = session.silences + 1 if is_silent else 0
    is_nobody_there = is_silent and error.status is None and entity == "organizations"
    if isinstance(error, Unauthorized) or is_nobody_there or session.silences >= SILENCES:
        raise _GivenUp from error


def listed(landing: Landing, entity: str, scope: str) -> list[dict[str, Any]]:
    """The objects a scope holds, as last read."""
    seen = landing.current(entity).get(scope)
    answers = [Answer(body, entity) for body in landing.read(seen)] if seen else []
    found = [each for answer in answers for each in responses.results(answer.document)]
    return [each for each in found if isinstance(each, dict)]


def _forget_others(landing: Landing, project_ids: list[str]) -> None:
    """What a project held that is no longer listed is no longer there."""
    known = set(project_ids)
    for entity in names("project", "cluster", "workspace"):
        for scope in landing.current(entity):
            if scope.partition("/")[0] not in known:
                landing.observe(entity, scope, [])


@dataclass
class _Project:
    """One project's inventory, asked for one thing after the other."""

    client: AtlasClient
    session: Session
    id: str
    asked: set[tuple[str, str]] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    @property
    def landing(self) -> Landing:
        return self.session.landing

    def land(self) -> None:
        inventory = Inventory(self.client)
        for entity in names("project"):
            ask = getattr(inventory, f"list_{entity}")
            _land(self.session, entity, self.id, partial(ask, self.id))
        for cluster in self._named("clusters"):
            if not is_tenant(cluster):
                self._land_cluster(inventory, cluster)
        for cluster in self._named("flex_clusters"):
            self._land_flex(inventory, str(cluster["name"]))
        for workspace in self._named("stream_workspaces"):
            self._land_one("stream_processors", workspace["name"], inventory.list_stream_processors)
        self._forget_the_rest()

    def _named(self, entity: str) -> list[dict[str, Any]]:
        found = listed(self.landing, entity, self.id)
        return [each for each in found if isinstance(each.get("name"), str)]

    def _land_cluster(self, inventory: Inventory, cluster: dict[str, Any]) -> None:
        name = str(cluster["name"])
        is_sharded = cluster.get("clusterType") in {"SHARDED", "GEOSHARDED"}
        snapshots = inventory.list_sharded_snapshots if is_sharded else inventory.list_snapshots
        self._land_one("search_deployments", name, inventory.get_search_deployment)
        self._land_one("online_archives", name, inventory.list_online_archives)
        self._land_one("backup_snapshots", name, snapshots)
        self._land_one("restore_jobs", name, inventory.list_restore_jobs)

    def _land_flex(self, inventory: Inventory, name: str) -> None:
        self._land_one("backup_snapshots", name, inventory.list_flex_snapshots)
        self._land_one("restore_jobs", name, inventory.list_flex_restore_jobs)

    def _land_one(self, entity: str, name: str, ask: Callable[[str, str], list[Answer]]) -> None:
        scope = f"{self.id}/{name}"
        self.asked.add((entity, scope))
        if entity in self.refused:
            return  # the role is missing for the whole project: asking on would only cost requests
        if not _land(self.session, entity, scope, lambda: ask(self.id, name)):
            seen = self.landing.current(entity)[scope]
            if seen.cause == MISSING_ROLE:
                self.refused.add(entity)

    def _forget_the_rest(self) -> None:
        """What belonged to a cluster or workspace that this project no longer lists."""
        parents = {
            **dict.fromkeys(names("cluster"), ("clusters", "flex_clusters")),
            **dict.fromkeys(names("workspace"), ("stream_workspaces",)),
        }
        for entity, listed_by in parents.items():
            states = [self.landing.current(each).get(self.id) for each in listed_by]
            if any(each is None or each.error for each in states):
                continue
            for scope in self.landing.current(entity):
                if scope.startswith(f"{self.id}/") and (entity, scope) not in self.asked:
                    self.landing.observe(entity, scope, [])
