"""What is made, changed and deleted at run time, and how far each of it has come.

Bills follow by themselves: a change holds from the clock's day on, whole days as they stand at
their end, and is metered like everything else once that day has passed. That goes for tags too,
which Atlas puts on old lines as well: here POST /sandbox/retag does that, so that a test can have
either.
"""

from dataclasses import replace

from sandbox.clock import Clock
from sandbox.estate.organization import Organization
from sandbox.estate.pace import Pace, Stages
from sandbox.estate.recent import Recent
from sandbox.estate.resources import Cluster, Project
from sandbox.identity import object_id

GONE = "GONE"
CREATING, DELETING = "CREATING", "DELETING"
MAKING = {
    "dedicated": (CREATING, "IDLE"),
    "tenant": (CREATING, "UPDATING", "IDLE"),
    "flex": (CREATING, "UPDATING", "IDLE"),
}
CHANGING = ("UPDATING", "IDLE")
# Recorded: after an upgrade was taken the old cluster is shown once more as idle, then as being
# updated, and only then the new one.
STILL_IDLE, STILL_THERE = "STILL_IDLE", "STILL_THERE"
UPGRADING = (STILL_IDLE, STILL_THERE, "UPDATING", "IDLE")
SHOWN = {STILL_IDLE: "IDLE", STILL_THERE: "UPDATING"}
LEAVING = (DELETING, GONE)


class Estate:
    """The projects and clusters that clients have a hand in, of every organization."""

    def __init__(self, seed: int, clock: Clock, pace: Pace, recent: Recent) -> None:
        self._seed = seed
        self._clock = clock
        self._pace = pace
        self._recent = recent
        self._made = 0
        self._stages: dict[str, Stages] = {}
        self._leaving: dict[str, tuple[str, Cluster]] = {}
        self._upgraded: dict[str, Cluster] = {}

    def new_id(self, name: str) -> str:
        """An id that nothing has had before: a name that is used again has another."""
        self._made += 1
        return object_id(self._seed, "made", self._made, name)

    def seen(self, project: Project, clusters: tuple[Cluster, ...]) -> tuple[Cluster, ...]:
        """A project's clusters, each in its state; those being deleted come last."""
        leaving = [cluster for group, cluster in self._leaving.values() if group == project.id]
        found = [self._shown(one) for one in (*clusters, *leaving)]
        for one in found:
            if one.state == GONE:
                last = replace(one, state=DELETING)
                self._recent.removed(last, "cluster", project.id, one.id)
        return tuple(one for one in found if one.state != GONE)

    def _shown(self, cluster: Cluster) -> Cluster:
        """A cluster in its state, or the one it is made of while that is what is shown."""
        state = self.state(cluster)
        if state in SHOWN:
            return replace(self._upgraded[cluster.id], state=SHOWN[state])
        return replace(cluster, state=state)

    def state(self, cluster: Cluster) -> str:
        """A cluster's stateName; what nobody has touched is idle."""
        stages = self._stages.get(cluster.id)
        return stages.at(self._pace.stages) if stages else "IDLE"

    def is_upgraded(self, cluster: Cluster) -> bool:
        """Whether another cluster is made of it, though it may be shown still."""
        return any(one.id == cluster.id for one in self._upgraded.values())

    def put_project(self, org: Organization, project: Project) -> None:
        """Let a project be this from today on."""
        org.changes.put_project(self._clock.today, project)
        org.living.cache_clear()

    def remove_project(self, org: Organization, project: Project) -> None:
        """Let a project end today."""
        self._recent.removed(project, "project", project.id)
        life = replace(project.life, gone=self._clock.today)
        self.put_project(org, replace(project, life=life))

    def make(self, org: Organization, project: Project, cluster: Cluster, *, stuck: bool) -> None:
        """Begin to create a cluster."""
        self._put(org, project, cluster)
        self._recent.made("cluster", project.id, cluster.id)
        self._begin(cluster, MAKING[cluster.kind], stuck=stuck)

    def change(
        self, org: Organization, project: Project, before: Cluster, after: Cluster, *, stuck: bool
    ) -> None:
        """Begin to change a cluster; one that is still being created takes it in its stride."""
        self._put(org, project, after, before)
        if before.state != CREATING:
            self._begin(after, CHANGING, stuck=stuck)

    def upgrade(
        self, org: Organization, project: Project, before: Cluster, after: Cluster, *, stuck: bool
    ) -> None:
        """Begin to make another cluster of one: the same name under another id."""
        life = replace(before.life, gone=self._clock.today)
        self._put(org, project, replace(before, life=life), before)
        self._put(org, project, after)
        self._upgraded[after.id] = before
        self._begin(after, UPGRADING, stuck=stuck)

    def remove(self, org: Organization, project: Project, cluster: Cluster, *, stuck: bool) -> None:
        """Begin to delete a cluster: from today on it costs nothing."""
        life = replace(cluster.life, gone=self._clock.today)
        self._put(org, project, replace(cluster, life=life), cluster)
        self._leaving[cluster.id] = (project.id, cluster)
        self._begin(cluster, LEAVING, stuck=stuck)

    def _put(
        self, org: Organization, project: Project, after: Cluster, before: Cluster | None = None
    ) -> None:
        idle = replace(after, state="IDLE")
        was = replace(before, state="IDLE") if before else None
        org.changes.put_cluster(self._clock.today, project.id, idle, was)
        org.living.cache_clear()

    def _begin(self, cluster: Cluster, names: tuple[str, ...], *, stuck: bool) -> None:
        self._stages[cluster.id] = Stages(names, self._pace.stages, is_stuck=stuck)
