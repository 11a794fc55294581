"""What clients have done about backups: asked for, changed, deleted and restored."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sandbox.backups.asked_restores import RUNNING as RESTORING
from sandbox.backups.asked_restores import Restore
from sandbox.backups.on_demand import OnDemand, is_running
from sandbox.backups.snapshots import Snapshot, snapshots, timed_id
from sandbox.clock import Clock
from sandbox.estate.organization import Organization
from sandbox.estate.pace import Pace, Stages
from sandbox.estate.recent import Recent
from sandbox.estate.resources import Cluster
from sandbox.months import stamp

Document = dict[str, Any]
Halting = TypeVar("Halting", OnDemand, Restore)


class Vault:
    """Backups of every organization, beside those that follow from the calendar."""

    def __init__(self, clock: Clock, pace: Pace, recent: Recent) -> None:
        self._clock = clock
        self._pace = pace
        self._recent = recent
        self._made = 0
        self._taken: dict[str, list[OnDemand]] = defaultdict(list)
        self._jobs: dict[str, list[Restore]] = defaultdict(list)
        self._deleted: set[str] = set()
        self._kept_until: dict[str, str] = {}
        self._kept: dict[tuple[str, str], Cluster] = {}
        self.schedules: dict[str, Document] = {}
        self.policies: dict[str, Document] = {}

    def begin(self, *names: str) -> Stages:
        """Stages that begin now."""
        return Stages(names, self._pace.stages)

    def new_id(self, cluster: Cluster) -> str:
        """As in Atlas, its first four bytes are the second it was made."""
        self._made += 1
        now = self._clock.now()
        return timed_id(now.date(), _second(now), cluster.id, self._made)

    def snapshots(self, cluster: Cluster, org: Organization) -> list[Snapshot]:
        """A cluster's snapshots, newest first."""
        today, then = self._clock.today, org.changes.then
        taken = [
            replace(one, kept_until=self._kept_until.get(one.id))
            for one in reversed(self._taken[cluster.id])
        ]
        now = stamp(self._clock.now())
        alive = [one for one in taken if one.expires > now]
        found = [*alive, *snapshots(cluster, today, then, self._kept_until)]
        left = (one for one in found if one.id not in self._deleted)
        return sorted(left, key=lambda one: one.created, reverse=True)

    def take(self, cluster: Cluster, description: str, days: int, stages: Stages) -> OnDemand:
        """Ask for a snapshot."""
        now = self._clock.now()
        taken = OnDemand(
            cluster,
            now.date(),
            _second(now),
            key=self.new_id(cluster),
            description=description,
            days=days,
            stages=stages,
        )
        self._taken[cluster.id].append(taken)
        self._recent.made("snapshot", cluster.id, taken.id)
        return taken

    def is_taking(self, cluster: Cluster) -> bool:
        """Whether a snapshot that was asked for is not there yet."""
        stages = self._pace.stages
        return any(is_running(one, stages) for one in self._taken[cluster.id])

    def delete(self, snapshot: Snapshot) -> None:
        """Throw a snapshot away."""
        self._deleted.add(snapshot.id)
        self._recent.removed(snapshot, "snapshot", snapshot.cluster.id, snapshot.id)

    def keep_until(self, snapshot: Snapshot, moment: datetime) -> None:
        """Change how long a snapshot is kept."""
        self._kept_until[snapshot.id] = stamp(moment)

    def keep(self, group_id: str, cluster: Cluster) -> None:
        """Keep the snapshots of a cluster that is deleted."""
        self._kept[group_id, cluster.name] = cluster

    def abandon(self, group_id: str, cluster: Cluster) -> None:
        """Let nothing come to its end any more that is under way with a cluster being deleted."""
        stages = self._pace.stages
        taken = self._taken[cluster.id]
        taken[:] = [_halted(one, stages) if is_running(one, stages) else one for one in taken]
        for jobs in self._jobs.values():
            jobs[:] = [
                _halted(job, stages)
                if job.source.id == cluster.id or job.target == (group_id, cluster.name)
                else job
                for job in jobs
            ]

    def kept(self, group_id: str, name: str) -> Cluster | None:
        """The deleted cluster of that name whose snapshots are kept."""
        return self._kept.get((group_id, name))

    def add(self, job: Restore) -> Restore:
        """Start a restore job."""
        self._jobs[job.source.id].append(job)
        self._recent.made("job", job.source.id, job.id)
        return job

    def jobs(self, cluster: Cluster) -> list[Restore]:
        """The restore jobs of a cluster that were asked for, newest first."""
        return self._jobs[cluster.id][::-1]

    def is_restoring(self, group_id: str, name: str) -> bool:
        """Whether a restore into a cluster is under way."""
        jobs = (job for held in self._jobs.values() for job in held)
        targets = (job for job in jobs if job.target == (group_id, name))
        return any(job.stages.at(self._pace.stages) == RESTORING for job in targets)

    def end(self, job: Restore, stage: str) -> None:
        """Put an end to a job."""
        held = self._jobs[job.source.id]
        held[held.index(job)] = replace(job, stages=self.begin(stage))


def _halted(one: Halting, stages: float) -> Halting:
    """It stays at the stage it has come to."""
    return replace(one, stages=Stages((one.stages.at(stages),), stages))


def _second(now: datetime) -> int:
    return now.hour * 3600 + now.minute * 60 + now.second
