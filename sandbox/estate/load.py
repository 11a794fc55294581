"""What a cluster's nodes have to do in an hour: the same for whoever asks, whenever.

A profile is what a node does at most; an hour of it is a share that follows the time of day, so
that maxima lie at noon of working days and say the same of every week. Most of its data is in one
database; what else there is, of indexes and databases, is in `DATABASES` and `INDEXES`.
"""

from dataclasses import dataclass
from datetime import datetime

from sandbox.estate.resources import SATURDAY

DAYTIME = range(7, 19)
NIGHT, WEEKEND = 0.6, 0.5
GB = 10**9


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of use; all of it is what a node has at noon of a working day.

    `memory_free` is the share of memory available at that time, `data_gb` what is stored.
    """

    cpu: float
    memory_free: float
    iops: float
    connections: int
    operations: float
    data_gb: float


PROFILES = {
    # needs what it has
    "busy": Profile(62, 0.22, 2100, 240, 900, 60),
    # would need half of it
    "light": Profile(11, 0.58, 220, 90, 120, 8),
    # needs the memory alone
    "cached": Profile(12, 0.20, 300, 120, 200, 30),
    # hardly any data on large disks
    "roomy": Profile(55, 0.30, 1900, 150, 600, 15),
    # nobody is there but the monitoring
    "idle": Profile(3, 0.75, 12, 8, 0.2, 2),
    # what a flex cluster would do
    "tiny": Profile(30, 0.35, 400, 25, 40, 1.5),
    # needs its servers; most of the data is of the past
    "stale": Profile(55, 0.30, 1900, 150, 600, 60),
    # as busy as it is for want of an index
    "slow": Profile(85, 0.25, 2500, 200, 300, 60),
    # needs its servers; half of what it stores are indexes nobody uses
    "indexed": Profile(55, 0.30, 1900, 150, 600, 60),
}
# GB of each database beside the one that is in use.
DATABASES = {"stale": {"history": 45.0}, "busy": {"reports": 2.0}}
IN_USE = "app"


@dataclass(frozen=True, slots=True)
class Index:
    """An index of a collection."""

    collection: str
    name: str
    key: str
    gb: float


# What the Performance Advisor would drop, and what it would add.
UNUSED = {
    "indexed": (Index("orders", "city_1", "city", 18), Index("orders", "mail_1", "mail", 12)),
    "busy": (Index("orders", "state_1", "state", 0.2),),
}
WANTED = {"slow": (Index("orders", "customer_1", "customer", 0),)}
MEMORY = 16 * 2**30
HEAP = 2 * 2**30
SMALL_GB = 5


def share(hour: datetime) -> float:
    """How much of a profile there is in an hour."""
    by_day = WEEKEND if hour.weekday() >= SATURDAY else 1.0
    return by_day * (1.0 if hour.hour in DAYTIME else NIGHT)


def of_process(load: str, hour: datetime) -> dict[str, float]:
    """A process's measurements, by Atlas's names."""
    profile, now = PROFILES[load], share(hour)
    operations = profile.operations * now
    used = (1 - profile.memory_free) * (0.8 + 0.2 * now)
    return {
        "MAX_SYSTEM_NORMALIZED_CPU_USER": profile.cpu * now * 0.8,
        "MAX_SYSTEM_NORMALIZED_CPU_KERNEL": profile.cpu * now * 0.2,
        "SYSTEM_MEMORY_AVAILABLE": MEMORY * (1 - used),
        "SYSTEM_MEMORY_USED": MEMORY * used,
        "CONNECTIONS": float(round(profile.connections * (0.5 + 0.5 * now))),
        "DB_DATA_SIZE_TOTAL": profile.data_gb * GB,
        "OPCOUNTER_QUERY": operations * 0.7,
        "OPCOUNTER_INSERT": operations * 0.15,
        "OPCOUNTER_UPDATE": operations * 0.1,
        "OPCOUNTER_DELETE": operations * 0.05,
    }


def databases(load: str) -> dict[str, float]:
    """GB of each database."""
    others = DATABASES.get(load, {})
    return {IN_USE: PROFILES[load].data_gb - sum(others.values()), **others}


def namespaces(load: str) -> list[str]:
    """What is in use, busiest first; a database of two GB is read now and then."""
    others = [name for name, gb in DATABASES.get(load, {}).items() if gb <= SMALL_GB]
    return [f"{IN_USE}.orders", f"{IN_USE}.carts", *(f"{each}.daily" for each in others)]


def of_search(load: str, hour: datetime) -> dict[str, float]:
    """What search nodes have to do: of the hardware, and of the JVM."""
    profile, now = PROFILES[load], share(hour)
    return {
        "FTS_PROCESS_NORMALIZED_CPU_USER": profile.cpu * now * 0.9,
        "FTS_PROCESS_NORMALIZED_CPU_KERNEL": profile.cpu * now * 0.1,
        "FTS_DISK_USAGE": profile.data_gb * GB / 4,
        "JVM_CURRENT_MEMORY": HEAP * (1 - profile.memory_free) * (0.8 + 0.2 * now) / 2,
        "JVM_MAX_MEMORY": float(HEAP),
    }


def of_database(gb: float) -> dict[str, float]:
    """A database's measurements: a tenth of it are indexes."""
    return {"DATABASE_STORAGE_SIZE": gb * 0.9 * GB, "DATABASE_INDEX_SIZE": gb * 0.1 * GB}


def of_disk(load: str, disk_gb: int, hour: datetime) -> dict[str, float]:
    """A disk's measurements: data is stored compressed, beside it lies the oplog."""
    profile, now = PROFILES[load], share(hour)
    used_gb = min(profile.data_gb, 0.9 * disk_gb)
    return {
        "MAX_DISK_PARTITION_IOPS_TOTAL": profile.iops * now,
        "DISK_QUEUE_DEPTH": profile.iops * now / 1000,
        "MAX_DISK_PARTITION_SPACE_USED": used_gb * GB,
        "MAX_DISK_PARTITION_SPACE_PERCENT_USED": 100 * used_gb / disk_gb,
    }
