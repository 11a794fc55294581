"""An organization as it stands on one day: what its blueprint plans, and what was made since.

Lives are tied to the calendar, not to the sandbox's clock, so that a day always bills the same
resources whichever day the clock was started on. What must be seen to vanish therefore vanishes
every year, and what must be seen to change does so every week or month.
"""

from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache

from sandbox.estate.changes import Changes
from sandbox.estate.resources import Cluster, Holdings, Project


class Organization:
    """A billing organization: asks its blueprint what a year holds, then which of it lives."""

    def __init__(self, org_id: str, name: str, blueprint: Callable[[int], Holdings]) -> None:
        self.id = org_id
        self.name = name
        self.changes = Changes()
        self._blueprint = cache(blueprint)
        self.planned = lru_cache(maxsize=64)(self._planned)
        self.living = lru_cache(maxsize=64)(self._living)

    def _living(self, day: date) -> Holdings:
        """Each project that exists on `day`, with those of its clusters that do."""
        return self.changes.applied(day, self.planned(day))

    def _planned(self, day: date) -> Holdings:
        # What a year's blueprint brings to life is gone by the end of the year after.
        found: dict[str, tuple[Project, dict[str, Cluster]]] = {}
        for year in (day.year - 1, day.year):
            for project, clusters in self._blueprint(year):
                if project.life.covers(day):
                    _, alive = found.setdefault(project.id, (project, {}))
                    alive.update((c.id, c.on(day)) for c in clusters if c.life.covers(day))
        return tuple((project, tuple(alive.values())) for project, alive in found.values())
