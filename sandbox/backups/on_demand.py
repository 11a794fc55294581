"""Snapshots that a client asked for: queued, taken, and kept for as long as was asked."""

from dataclasses import dataclass
from datetime import timedelta

from sandbox.backups.snapshots import Document, Snapshot
from sandbox.estate.pace import Stages
from sandbox.months import instant

QUEUED, COMPLETED, FAILED = "queued", "completed", "failed"
THERE = Stages((COMPLETED,), 0)
RUNNING = (QUEUED, "inProgress")
# What is not known yet, or never will be.
LATER = {QUEUED: ("createdAt", "cloudProvider", "mongodVersion"), COMPLETED: ()}


@dataclass(frozen=True, slots=True)
class OnDemand(Snapshot):
    """One snapshot that was asked for."""

    key: str = ""
    description: str = ""
    days: int = 1
    stages: Stages = THERE

    @property
    def id(self) -> str:
        """Two may be asked for in the same second."""
        return self.key

    @property
    def frequency(self) -> str:
        """It serves no policy."""
        return "ondemand"

    @property
    def kind(self) -> str:
        """Atlas's snapshotType."""
        return "onDemand"

    @property
    def policy_items(self) -> list[str]:
        """None."""
        return []

    @property
    def expires(self) -> str:
        """When Atlas deletes it."""
        return self.kept_until or instant(self.day + timedelta(days=self.days), self.second)


def as_it_stands(document: Document, snapshot: Snapshot, stages: float) -> Document:
    """A snapshot's document with its status, and without what is not known before it is taken."""
    if not isinstance(snapshot, OnDemand):
        return document
    status = snapshot.stages.at(stages)
    known = {k: v for k, v in document.items() if k not in LATER.get(status, ("createdAt",))}
    size = document["storageSizeBytes"] if status == COMPLETED else 0
    extra = {"description": snapshot.description, "status": status, "storageSizeBytes": size}
    return known | extra


def is_running(snapshot: Snapshot, stages: float) -> bool:
    """Whether a snapshot is not there yet, and may still come."""
    return isinstance(snapshot, OnDemand) and snapshot.stages.at(stages) in RUNNING


def is_completed(snapshot: Snapshot, stages: float) -> bool:
    """Whether a snapshot can be restored: the scheduled ones always."""
    return not isinstance(snapshot, OnDemand) or snapshot.stages.at(stages) == COMPLETED
