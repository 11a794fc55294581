"""Which backups a cluster has on a day, and how Atlas writes them in JSON.

One a day, of which Saturday's is the week's and that of the first is the month's. All follows from
the cluster and the calendar, so that moving the clock makes new ones and lets old ones expire.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sandbox.estate.inventory import API, MONGODB, RELATIONS, link
from sandbox.estate.resources import SATURDAY, Cluster, Project
from sandbox.identity import digest, object_id
from sandbox.months import instant

KEPT_DAYS = {"daily": 7, "weekly": 28, "monthly": 365}
FLEX_KEPT_DAYS = 8
# Flex clusters are saved in the evening, the others between one and four: before the bill is up.
FLEX_SECOND = 17 * 3600 + 310
FIRST_SECOND, SPAN_SECONDS = 3600, 3 * 3600
GB = 2**30
Then = Callable[[Cluster, date], Cluster]
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One backup of one cluster."""

    cluster: Cluster
    day: date
    second: int
    kept_until: str | None = None

    @property
    def id(self) -> str:
        """As in Atlas, its first four bytes are the second it was taken."""
        return timed_id(self.day, self.second, self.cluster.id, "snapshot")

    @property
    def frequency(self) -> str:
        """The longest-lived policy that it serves."""
        if self.day.day == 1:
            return "monthly"
        return "weekly" if self.day.weekday() == SATURDAY else "daily"

    @property
    def created(self) -> str:
        """When it was taken."""
        return instant(self.day, self.second)

    @property
    def expires_on(self) -> date:
        """The day on which its policy lets it go."""
        return self.day + timedelta(days=KEPT_DAYS[self.frequency])

    @property
    def expires(self) -> str:
        """When Atlas deletes it: as its policy says, unless a client changed that."""
        return self.kept_until or instant(self.expires_on, self.second)

    @property
    def kind(self) -> str:
        """Atlas's snapshotType."""
        return "scheduled"

    @property
    def policy_items(self) -> list[str]:
        """The policies it serves."""
        return [object_id(self.cluster.id, self.frequency)]

    @property
    def size_bytes(self) -> int:
        """A third to two thirds of the disks, growing from one year's clean-up to the next."""
        filled = 350 + int(digest(self.cluster.id)[:2], 16) + self.day.timetuple().tm_yday // 6
        return self.cluster.disk_gb * len(self.cluster.parts) * GB * filled // 1000


def timed_id(day: date, second: int, *parts: object) -> str:
    """An ObjectId made at that second of that day."""
    made = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second)
    seconds = int(made.timestamp())
    return f"{seconds:08x}{digest(seconds, *parts)[:16]}"


def taken_on(cluster: Cluster, day: date) -> Snapshot:
    """The backup of a day, as if there was one."""
    second = FIRST_SECOND + int(digest(cluster.id, day)[:8], 16) % SPAN_SECONDS
    return Snapshot(cluster, day, second)


def snapshots(
    cluster: Cluster, today: date, then: Then, kept_until: Mapping[str, str]
) -> list[Snapshot]:
    """What there is of a cluster on `today`, newest first; none is taken while it is paused.

    `then` says what the cluster was on a day, `kept_until` which retentions were changed.
    """
    if not cluster.backup:
        return []
    taken = (taken_on(was, day) for day, was in _saved(cluster, today, then))
    found = (replace(one, kept_until=kept_until.get(one.id)) for one in taken)
    return [one for one in found if today.isoformat() < one.expires[:10]]


def _saved(cluster: Cluster, today: date, then: Then) -> Iterator[tuple[date, Cluster]]:
    for age in range(max(KEPT_DAYS.values())):
        day = today - timedelta(days=age)
        was = then(cluster, day)
        if was.life.born < day and was.life.covers(day) and was.backup and not was.paused:
            yield day, was


def replica_set_document(project: Project, snapshot: Snapshot, base: str) -> Document:
    """DiskBackupReplicaSet."""
    cluster = snapshot.cluster
    return {
        **_common(project, snapshot, base, "snapshots"),
        "cloudProvider": cluster.provider,
        "copyRegions": [],
        "replicaSetName": cluster.name,
        "type": "replicaSet",
    }


def sharded_document(project: Project, snapshot: Snapshot, base: str) -> Document:
    """DiskBackupShardedClusterSnapshot: one member a shard, and one for the configuration."""
    cluster = snapshot.cluster
    names = ["config", *(f"shard-{number}" for number in range(len(cluster.parts)))]
    providers = [cluster.provider, *(shard.regions[0].provider for shard in cluster.parts)]
    members = [
        {
            "cloudProvider": provider,
            "id": object_id(snapshot.id, name),
            "replicaSetName": f"{cluster.name}-{name}",
        }
        for name, provider in zip(names, providers, strict=True)
    ]
    return {
        **_common(project, snapshot, base, "snapshots/shardedCluster"),
        "configServerType": "DEDICATED",
        "members": members,
        "snapshotIds": [member["id"] for member in members],
        "type": "shardedCluster",
    }


def _common(project: Project, snapshot: Snapshot, base: str, kind: str) -> Document:
    cluster = f"{base}{API}/groups/{project.id}/clusters/{snapshot.cluster.name}"
    return {
        "createdAt": snapshot.created,
        "expiresAt": snapshot.expires,
        "frequencyType": snapshot.frequency,
        "id": snapshot.id,
        "links": [
            link(f"{cluster}/backup/{kind}/{snapshot.id}"),
            link(cluster, f"{RELATIONS}/cluster"),
        ],
        "mongodVersion": MONGODB,
        "policyItems": snapshot.policy_items,
        "snapshotType": snapshot.kind,
        "status": "completed",
        "storageSizeBytes": snapshot.size_bytes,
    }


def flex_snapshots(cluster: Cluster, today: date) -> list[Snapshot]:
    """What there is of a flex cluster, oldest first: today's is taken in the evening."""
    days = [today - timedelta(days=age) for age in range(FLEX_KEPT_DAYS, 0, -1)]
    return [Snapshot(cluster, day, FLEX_SECOND) for day in days if cluster.life.born < day]


def flex_document(snapshot: Snapshot) -> Document:
    """FlexBackupSnapshot20241113."""
    return {
        "expiration": instant(snapshot.day + timedelta(days=FLEX_KEPT_DAYS), FLEX_SECOND),
        "finishTime": flex_finished(snapshot),
        "id": snapshot.id,
        "mongoDBVersion": MONGODB,
        "scheduledTime": snapshot.created,
        "startTime": instant(snapshot.day, FLEX_SECOND + 34),
        "status": "COMPLETED",
    }


def flex_finished(snapshot: Snapshot) -> str:
    """When a flex cluster's backup was complete."""
    return instant(snapshot.day, FLEX_SECOND + 97)
