"""What was made, changed or deleted at run time, laid over what was planned."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from sandbox.estate.resources import Cluster, Holdings, Project, Tags


class Changes:
    """What was made, changed or deleted at run time, each from a day on.

    A resource's versions follow one another; that of a day is the last that is not later. So days
    that are past stay what they were.
    """

    def __init__(self) -> None:
        self._projects: dict[str, list[tuple[date, Project]]] = {}
        self._clusters: dict[str, list[tuple[date, str, Cluster]]] = {}

    def put_project(self, day: date, project: Project) -> None:
        """Let a project be this from `day` on."""
        self._projects.setdefault(project.id, []).append((day, project))

    def put_cluster(
        self, day: date, project_id: str, cluster: Cluster, before: Cluster | None = None
    ) -> None:
        """Let a cluster be this from `day` on, and `before` until then."""
        first = [(date.min, project_id, before)] if before else []
        self._clusters.setdefault(cluster.id, first).append((day, project_id, cluster))

    def retag(self, cluster_name: str, tags: Tags) -> None:
        """Let every version of a cluster carry other tags."""
        for cluster_id, versions in self._clusters.items():
            self._clusters[cluster_id] = [
                (day, group, replace(c, tags=tags) if c.name == cluster_name else c)
                for day, group, c in versions
            ]

    def then(self, cluster: Cluster, day: date) -> Cluster:
        """A cluster as it was on `day`."""
        versions = [one for since, _, one in self._clusters.get(cluster.id, ()) if since <= day]
        return (versions[-1] if versions else cluster).on(day)

    def applied(self, day: date, planned: Holdings) -> Holdings:
        """What there is on `day`, of what was planned and what was made since."""
        if not self._projects and not self._clusters:
            return planned
        found = {project.id: (project, {c.id: c for c in held}) for project, held in planned}
        for project in _latest(self._projects.values(), day):
            found[project.id] = (project, found.get(project.id, (project, {}))[1])
        for group, cluster in self._clusters_on(day):
            if group in found:
                found[group][1][cluster.id] = cluster.on(day)
        return tuple(
            (project, tuple(c for c in held.values() if c.life.covers(day)))
            for project, held in found.values()
            if project.life.covers(day)
        )

    def _clusters_on(self, day: date) -> Iterator[tuple[str, Cluster]]:
        for versions in self._clusters.values():
            for since, group, cluster in reversed(versions):
                if since <= day:
                    yield group, cluster
                    break


def _latest(histories: Iterable[list[tuple[date, Project]]], day: date) -> Iterator[Project]:
    for versions in histories:
        found = [project for since, project in versions if since <= day]
        yield from found[-1:]
