"""Atlas's rate limits as token buckets, so that a request waits here rather than be refused there.

Source: Atlas's "API rate limits" page of 2026-04-10; listRateLimits tells the same. One object is
shared by every client of the process.
"""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

WINDOW_S = 60.0
API = r"/api/atlas/v2"


@dataclass(frozen=True)
class EndpointSet:
    """Requests that share a bucket.

    Attributes:
        scope: Whose bucket: org, group, or user.
        capacity: Requests at once.
        refill: Requests that come back each 60 seconds.
    """

    name: str
    scope: str
    capacity: int
    refill: int


_SETS: tuple[tuple[str, EndpointSet], ...] = (
    (r"/orgs/(?P<org>[^/]+)/invoices", EndpointSet("invoices", "org", 500, 100)),
    (r"/orgs/(?P<org>[^/]+)/billing", EndpointSet("invoices", "org", 500, 100)),
    (r"/orgs/(?P<org>[^/]+)/settings", EndpointSet("settings", "org", 10, 5)),
    (r"/orgs/(?P<org>[^/]+)(/groups)?$", EndpointSet("organization", "org", 500, 250)),
    (r"/orgs$", EndpointSet("organizations", "user", 300, 100)),
    (r"/skus", EndpointSet("skus", "user", 300, 100)),
    (r"/clusters$", EndpointSet("all clusters", "user", 300, 100)),
    (r"/groups$", EndpointSet("projects", "user", 1200, 500)),
    (
        r"/groups/(?P<group>[^/]+)/clusters(/[^/]+)?$",
        EndpointSet("clusters", "group", 10000, 5000),
    ),
    (
        r"/groups/(?P<group>[^/]+)/flexClusters(/[^/]+)?$",
        EndpointSet("flex clusters", "group", 1200, 500),
    ),
    (
        r"/groups/(?P<group>[^/]+)/clusters/[^/]+/performanceAdvisor",
        EndpointSet("performance advisor", "group", 1200, 500),
    ),
    (
        r"/groups/(?P<group>[^/]+)/clusters/[^/]+/[^/]+/collStats",
        EndpointSet("collection metrics", "group", 300, 100),
    ),
    (r"/groups/(?P<group>[^/]+)/(processes|hosts)", EndpointSet("monitoring", "group", 300, 100)),
    # what the page does not list has the older limit: 100 a minute for each project
    (r"/groups/(?P<group>[^/]+)", EndpointSet("project", "group", 100, 100)),
    (r"/orgs/(?P<org>[^/]+)", EndpointSet("other", "org", 100, 100)),
    (r"", EndpointSet("other", "user", 100, 100)),
)
_PATTERNS = tuple((re.compile(API + pattern), limit) for pattern, limit in _SETS)


Bucket = tuple[EndpointSet, str]
HEADERS = ("limit", "remaining")


def bucket_of(path: str, principal: str) -> Bucket:
    """The endpoint set of a path, and whose bucket it draws on.

    Args:
        path: With /api/atlas/v2, without a query.
        principal: The public key or client id that asks.
    """
    for pattern, limit in _PATTERNS:
        if found := pattern.search(path):
            owner = found.groupdict().get(limit.scope) or principal
            return limit, owner
    return _SETS[-1][1], principal


class Budgets:
    """The buckets of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._levels: dict[Bucket, tuple[float, float]] = {}
        self._capacities: dict[Bucket, int] = {}

    def wait(self, path: str, principal: str) -> float:
        """Take a token; the seconds to wait before the request may go, 0 where there is one.

        The level goes below zero, so that those who come later wait longer.
        """
        bucket = bucket_of(path, principal)
        with self._lock:
            level = self._level(bucket) - 1
            self._levels[bucket] = level, self._clock()
            refill = self._refill(bucket)
        return max(0.0, -level * WINDOW_S / refill)

    def observe(self, path: str, principal: str, headers: Mapping[str, str]) -> None:
        """Believe Atlas: how much the bucket holds, more or less than documented, and what is left.

        What is left only lowers our level, since others ask too; what we have taken stays taken.
        """
        limit, remaining = (_number(headers.get(f"ratelimit-{each}", "")) for each in HEADERS)
        bucket = bucket_of(path, principal)
        with self._lock:
            if limit:
                level = self._level(bucket) + limit - self._capacity(bucket)
                self._capacities[bucket] = limit
                self._levels[bucket] = level, self._clock()
            if remaining is not None:
                self._levels[bucket] = min(self._level(bucket), remaining), self._clock()

    def _capacity(self, bucket: Bucket) -> int:
        return self._capacities.get(bucket, bucket[0].capacity)

    def _refill(self, bucket: Bucket) -> float:
        """Requests that come back each window; a larger bucket fills as much faster."""
        return bucket[0].refill * self._capacity(bucket) / bucket[0].capacity

    def _level(self, bucket: Bucket) -> float:
        capacity, now = float(self._capacity(bucket)), self._clock()
        level, since = self._levels.get(bucket, (capacity, now))
        return min(capacity, level + (now - since) * self._refill(bucket) / WINDOW_S)


def _number(header: str) -> int | None:
    """The number a header begins with, without RFC drafts' windows and policies behind it."""
    found = re.match(r"\s*([0-9]{1,9})\b", header)
    return int(found[1]) if found else None
