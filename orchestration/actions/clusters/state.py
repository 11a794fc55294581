"""A cluster as Atlas has it: found by its right endpoint, described, waited for.

Atlas answers 400 where a cluster is asked for in the API of another kind, and 404 only where there
is none of that name.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from pydantic import Field

from orchestration.actions.context import Context, found, listed
from orchestration.actions.model import ActionFailed, Note, Plan, Proposal, Refusal, Typed
from orchestration.actions.pricing.shapes import (
    DEDICATED,
    FLEX,
    TENANT,
    Shape,
    shape_of,
    shape_of_flex,
)
from orchestration.actions.projects import ProjectRef, project_of, read_tags
from orchestration.actions.waiting import Watched, wait
from orchestration.atlas.errors import AtlasError
from orchestration.atlas.responses import results
from orchestration.atlas.tenants import FLEX_SIZE, FREE_SIZE

Document = dict[str, Any]
# The specification's five; MAINTENANCE and RESUMING, which some tools test for, do not exist.
IDLE, CREATING, UPDATING, DELETING, REPAIRING = (
    "IDLE",
    "CREATING",
    "UPDATING",
    "DELETING",
    "REPAIRING",
)
BASE_SPECS = ("electableSpecs", "readOnlySpecs")
IS_FLEX = "CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API"
IS_NOT_FLEX = "CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API"
IS_SERVERLESS = "CANNOT_USE_SERVERLESS_INSTANCE_IN_CLUSTER_API"


class ClusterDetails(Typed):
    """A cluster as Atlas has it.

    Attributes:
        kind: dedicated, tenant (free) or flex.
        state: Atlas's stateName, such as IDLE.
        regions: Provider and region of each region config, in Atlas's spelling.
        upgraded_from: Id of the free or flex cluster that this one was, where a run upgraded it.
        connection_standard: Without user and password; None until Atlas has made it.
    """

    id: str
    name: str
    project_id: str
    kind: str
    state: str
    paused: bool = False
    cluster_type: str = "REPLICASET"
    instance_size: str = ""
    provider: str = ""
    regions: tuple[str, ...] = ()
    nodes: int = 0
    disk_gb: float | None = None
    backup_enabled: bool = False
    pit_enabled: bool = False
    termination_protection: bool = False
    mongodb_version: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)
    created_at: str | None = None
    upgraded_from: str | None = None
    connection_standard: str | None = None
    connection_srv: str | None = None


@dataclass(frozen=True)
class FoundCluster:
    """A cluster and the API it belongs to."""

    document: Document
    is_flex: bool

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.document["name"])

    @property
    def state(self) -> str:
        """Atlas's stateName."""
        return str(self.document.get("stateName") or "")

    @property
    def shape(self) -> Shape:
        """What of it costs money."""
        return shape_of_flex(self.document) if self.is_flex else shape_of(self.document)

    @property
    def kind(self) -> str:
        """dedicated, tenant or flex."""
        return self.shape.kind

    @property
    def tier(self) -> str:
        """Its instance size, as one would say it: M30, M0, FLEX."""
        sizes = sorted({each.size for each in self.shape.servers if each.size})
        return " and ".join(sizes) or {TENANT: FREE_SIZE, FLEX: FLEX_SIZE}.get(self.kind, "unknown")

    @property
    def base_tier(self) -> str:
        """The tier of its data: analytics nodes may have a size of their own."""
        specs = (each.get(name) or {} for each in self.region_configs for name in BASE_SPECS)
        sizes = sorted({str(each["instanceSize"]) for each in specs if each.get("nodeCount")})
        return " and ".join(sizes) or self.tier

    @property
    def is_sharded(self) -> bool:
        """Whether its snapshots have paths of their own."""
        return self.document.get("clusterType") in {"SHARDED", "GEOSHARDED"}

    @property
    def is_protected(self) -> bool:
        """Whether termination protection is on."""
        return bool(self.document.get("terminationProtectionEnabled"))

    @property
    def is_paused(self) -> bool:
        """Whether it is paused."""
        return bool(self.document.get("paused"))

    @property
    def region_configs(self) -> list[Document]:
        """All region configs of all shards."""
        specs = self.document.get("replicationSpecs") or []
        return [each for spec in specs for each in spec.get("regionConfigs") or []]

    @property
    def is_ready(self) -> bool:
        """Whether one can connect: idle, and with an address."""
        addresses = self.document.get("connectionStrings") or {}
        return self.state == IDLE and bool(
            addresses.get("standard") or addresses.get("standardSrv")
        )

    def details(self) -> ClusterDetails:
        """The typed result."""
        shape, document = self.shape, self.document
        addresses = document.get("connectionStrings") or {}
        places = dict.fromkeys(f"{each.provider} {each.region}" for each in shape.servers)
        return ClusterDetails(
            id=str(document.get("id") or ""),
            name=self.name,
            project_id=str(document.get("groupId") or ""),
            kind=self.kind,
            state=self.state,
            paused=self.is_paused,
            cluster_type=str(document.get("clusterType") or "REPLICASET"),
            instance_size=self.tier,
            provider=shape.provider,
            regions=tuple(places),
            nodes=0 if self.kind != DEDICATED else sum(each.count for each in shape.servers),
            disk_gb=shape.disk_gb,
            backup_enabled=self.is_flex or shape.backup,
            pit_enabled=shape.continuous_backup,
            termination_protection=self.is_protected,
            mongodb_version=document.get("mongoDBVersion"),
            tags=read_tags(document),
            created_at=document.get("createDate"),
            connection_standard=addresses.get("standard"),
            connection_srv=addresses.get("standardSrv"),
        )


@dataclass(frozen=True)
class Located:
    """A cluster in its project, as one run sees it."""

    context: Context
    project: ProjectRef
    cluster: FoundCluster

    @property
    def label(self) -> str:
        """project/cluster."""
        return f"{self.project.name}/{self.cluster.name}"

    @property
    def ids(self) -> dict[str, str]:
        """What Atlas knows the two by."""
        cluster_id = str(self.cluster.document.get("id") or "")
        return {"project_id": self.project.id, "cluster_id": cluster_id}

    def proposal(
        self,
        plan: Plan,
        apply: Callable[[Note], ClusterDetails] | None = None,
        *,
        is_adopted: bool = False,
    ) -> Proposal:
        """What to do with this cluster."""
        details, ids = self.cluster.details(), self.ids
        return Proposal(self.label, plan, apply, details, ids, is_adopted=is_adopted)


def find_cluster(
    context: Context,
    project: ProjectRef,
    name: str,
    *,
    as_flex: bool = False,
    twice: bool = True,
) -> FoundCluster | None:
    """The cluster of this name, of whatever kind, or None.

    Args:
        context: Of the run.
        project: Where it is.
        name: Its name.
        as_flex: Whether to ask the flex API first: the one that is likely right costs one request.
        twice: Whether to believe a 404 only when both APIs answer it, and neither list has it.

    Raises:
        Refusal: it is a serverless instance.
        AtlasError: anything but 404 and the wrong kind.
    """
    seen = None
    for is_flex in (as_flex, not as_flex):
        read = context.atlas.get_flex_cluster if is_flex else context.atlas.get_cluster
        try:
            seen = found(lambda read=read: read(project.id, name))  # type: ignore[misc]
        except AtlasError as error:
            if error.error_code == IS_SERVERLESS:
                raise Refusal(
                    f"{name} is a serverless instance; actions do not reach it."
                ) from None
            if error.error_code not in {IS_FLEX, IS_NOT_FLEX}:
                raise
            continue
        if seen is not None:
            return FoundCluster(cast("Document", seen), is_flex)
        if not twice:
            return None
    return _listed_cluster(context, project, name)


def _listed_cluster(
    context: Context, project: ProjectRef, name: str, kinds: tuple[bool, ...] = (False, True)
) -> FoundCluster | None:
    """The cluster as the list of one kind of API has it: the single reads may be behind."""
    inventory = context.inventory
    for is_flex in kinds:
        ask = inventory.list_flex_clusters if is_flex else inventory.list_clusters
        for page in listed(lambda ask=ask: ask(project.id)):  # type: ignore[misc]
            for each in results(page.document):
                if isinstance(each, dict) and each.get("name") == name:
                    return FoundCluster(each, is_flex)
    return None


def require_cluster(context: Context, project: ProjectRef, name: str) -> FoundCluster:
    """The cluster of this name.

    Raises:
        Refusal: there is none.
    """
    cluster = find_cluster(context, project, name)
    if cluster is None:
        raise Refusal(f"Cluster {name} does not exist in project {project.name}.")
    return cluster


def locate(context: Context, project: str, cluster: str) -> Located:
    """A cluster by the names of its project and its own.

    Raises:
        Refusal: one of the two does not exist.
    """
    there = project_of(context, project)
    return Located(context, there, require_cluster(context, there, cluster))


def expected(context: Context, project: str, name: str, *, is_flex: bool) -> Located:
    """A cluster that Atlas said it made, whether or not a read shows it yet."""
    there = project_of(context, project)
    seen = find_cluster(context, there, name, as_flex=is_flex)
    return Located(context, there, seen or FoundCluster({"name": name}, is_flex))


def _watched(at: Located) -> Watched[FoundCluster]:
    """The cluster of this name, as its two reads have it."""
    atlas, is_flex, name = at.context.atlas, at.cluster.is_flex, at.cluster.name
    read = atlas.get_flex_cluster if is_flex else atlas.get_cluster

    def again() -> FoundCluster | None:
        document = found(lambda: read(at.project.id, name))
        return FoundCluster(document, is_flex) if document else None

    def among_all() -> FoundCluster | None:
        return _listed_cluster(at.context, at.project, name, (is_flex,))

    return Watched(f"cluster {name}", again, among_all, lambda now: now.state)


def wait_until_ready(at: Located, timeout_s: float, *, paused: bool | None = None) -> FoundCluster:
    """Wait until one can connect to it, or, where `paused` is given, until it is (not) paused.

    Raises:
        StillWaiting: not in time.
        ActionFailed: it is gone, or on its way out.
    """

    def is_done(now: FoundCluster) -> bool:
        if now.state == DELETING and not _is_another(at, now):
            raise ActionFailed(f"Cluster {at.cluster.name} is being deleted: no use to wait.")
        if paused:
            return now.is_paused and now.state == IDLE
        return now.is_ready and (paused is None or not now.is_paused)

    ready = wait(at.context, _watched(at), is_done, timeout_s)
    if ready is None:
        raise ActionFailed(f"Cluster {at.cluster.name} was deleted while it was waited for.")
    return ready


def wait_until_gone(at: Located, timeout_s: float) -> None:
    """Wait until neither read knows of it, nor does some time later; one made anew is another.

    Raises:
        StillWaiting: not in time.
    """
    is_another = partial(_is_another, at)
    wait(at.context, _watched(at), is_another, timeout_s, is_deletion=True)


def _is_another(at: Located, now: FoundCluster) -> bool:
    """Whether a cluster of the same name was made anew."""
    was, found_id = at.cluster.document.get("id"), now.document.get("id")
    return bool(was and found_id and was != found_id)


def is_on_its_way_out(at: Located) -> bool:
    """Whether a deletion, whose answer got lost, has begun or ended already."""
    with suppress(AtlasError):
        now = _watched(at).seen()
        return now is None or now.state == DELETING
    return False


def leaving(at: Located) -> str:
    """Why nothing that is under way with this cluster will come to its end; empty while it may."""
    now = _watched(at).read()
    if now is not None and now.state == DELETING:
        return f"Cluster {at.label} is being deleted, and what is under way with it never ends."
    return ""
