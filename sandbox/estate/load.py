"""What a cluster's nodes have to do in an hour: the same for whoever asks, whenever.

A profile is what a node does at most; an hour of it is a share that follows the time of day, so
that maxima lie at noon of working days and say the same of every week.
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
}
MEMORY = 16 * 2**30


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
