"""An organization as it stands on one day: projects, clusters and how long each of them lives.

Lives are tied to the calendar, not to the sandbox's clock, so that a day always bills the same
resources whichever day the clock was started on. What must be seen to vanish therefore vanishes
every year.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Region:
    """Nodes of a cluster in one region, in Atlas's spelling; the first region has the primary."""

    provider: str
    name: str
    nodes: int = 3


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
    """A cluster; `kind` is dedicated, tenant (M0) or flex."""

    id: str
    name: str
    regions: tuple[Region, ...]
    life: Life
    size: str = "M10"
    kind: str = "dedicated"
    shards: int = 1
    disk_gb: int = 10
    custom_disk: bool = False
    paused: bool = False
    backup: bool = False
    continuous_backup_gb: int = 0
    search_nodes: int = 0
    secured: bool = False
    autoscales: bool = False
    bi_connector: bool = False
    tags: Tags = ()

    @property
    def provider(self) -> str:
        """The cloud of the primary."""
        return self.regions[0].provider


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


Holdings = tuple[tuple[Project, tuple[Cluster, ...]], ...]


class Organization:
    """A billing organization: asks its blueprint what a year holds, then which of it lives."""

    def __init__(self, org_id: str, name: str, blueprint: Callable[[int], Holdings]) -> None:
        self.id = org_id
        self.name = name
        self._blueprint = cache(blueprint)
        self.living = lru_cache(maxsize=64)(self._living)

    def _living(self, day: date) -> Holdings:
        """Each project that exists on `day`, with those of its clusters that do."""
        # What a year's blueprint brings to life is gone by the end of the year after.
        found: dict[str, tuple[Project, dict[str, Cluster]]] = {}
        for year in (day.year - 1, day.year):
            for project, clusters in self._blueprint(year):
                if project.life.covers(day):
                    _, alive = found.setdefault(project.id, (project, {}))
                    alive.update((c.id, c) for c in clusters if c.life.covers(day))
        return tuple((project, tuple(alive.values())) for project, alive in found.values())
