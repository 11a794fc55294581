"""Projects, clusters and how long each of them lives."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.identity import object_id

Document = dict[str, Any]
Tags = tuple[tuple[str, str], ...]
# Days of a month on which a cluster with two sizes has the second one.
PEAK = range(8, 15)
SATURDAY = 5
STANDARD_IOPS = 3000


@dataclass(frozen=True, slots=True)
class Region:
    """Nodes of a cluster in one region, in Atlas's spelling; the first region has the primary."""

    provider: str
    name: str
    nodes: int = 3
    read_only: int = 0
    analytics: int = 0

    @property
    def servers(self) -> int:
        """Nodes of every kind: each costs the same."""
        return self.nodes + self.read_only + self.analytics


@dataclass(frozen=True, slots=True)
class Shard:
    """One shard; those of a global cluster lie in zones of their own.

    `id` is set on one that was added to a cluster later.
    """

    size: str
    regions: tuple[Region, ...]
    zone: str = "Zone 1"
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """From the day of creation up to, not including, the day of deletion (none: still there)."""

    born: date
    gone: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the resource exists on `day`."""
        return self.born <= day and (self.gone is None or day < self.gone)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster; `kind` is dedicated, tenant (M0), flex or serverless.

    `layout` is its shards where they are not all alike, `sizes` its usual one and that of its peak
    days, `rests` says that it is paused at weekends. What a client asked for and nobody bills is in
    `details` and `scaling`, as it was sent. `state` is set on what is shown, `load` on what is
    measured.
    """

    id: str
    name: str
    regions: tuple[Region, ...]
    life: Life
    size: str = "M10"
    kind: str = "dedicated"
    sizes: tuple[str, str] | None = None
    shards: int = 1
    layout: tuple[Shard, ...] = ()
    disk_gb: int = 10
    custom_disk: bool = False
    volume: str = "STANDARD"
    iops: int = STANDARD_IOPS
    paused: bool = False
    rests: bool = False
    backup: bool = False
    continuous_backup: bool = False
    search_nodes: int = 0
    search_size: str = "S20"
    archived_gb: int = 0
    secured: bool = False
    autoscales: bool = False
    bi_connector: bool = False
    load: str = "busy"
    tags: Tags = ()
    topology: str | None = None
    protected: bool | None = None
    state: str = "IDLE"
    made: str | None = None
    details: Document = field(default_factory=dict, compare=False)
    scaling: Document = field(default_factory=dict, compare=False)

    @property
    def is_protected(self) -> bool:
        """Whether it must not be deleted: unless told otherwise, production."""
        return ("env", "prod") in self.tags if self.protected is None else self.protected

    @property
    def provider(self) -> str:
        """The cloud of the primary."""
        return self.regions[0].provider

    @property
    def type(self) -> str:
        """Atlas's clusterType."""
        if self.topology:
            return self.topology
        if len({shard.zone for shard in self.parts}) > 1:
            return "GEOSHARDED"
        return "SHARDED" if len(self.parts) > 1 else "REPLICASET"

    @property
    def parts(self) -> tuple[Shard, ...]:
        """Its shards; a replica set is one."""
        return self.layout or (Shard(self.size, self.regions),) * self.shards

    @property
    def shard_ids(self) -> list[str]:
        """By which Atlas knows its shards."""
        return [
            shard.id or object_id(self.id, "shard", number)
            for number, shard in enumerate(self.parts)
        ]

    def on(self, day: date) -> "Cluster":
        """The cluster as it stands on `day`."""
        if not self.sizes and not self.rests:
            return self
        size = self.sizes[day.day in PEAK] if self.sizes else self.size
        paused = day.weekday() >= SATURDAY if self.rests else self.paused
        return replace(self, size=size, paused=paused)


@dataclass(frozen=True, slots=True)
class Project:
    """A project; `features` names the project-level products it uses, see `project_usage`."""

    id: str
    name: str
    org_id: str
    life: Life
    tags: Tags = ()
    features: tuple[str, ...] = ()
    percent_discount: Decimal | None = None
    made: str | None = None


Holdings = tuple[tuple[Project, tuple[Cluster, ...]], ...]
