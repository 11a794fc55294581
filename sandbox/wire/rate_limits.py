"""Token buckets per endpoint set and scope, as Atlas's rate limit documentation lists them."""

import math
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.wire.errors import AtlasError

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class EndpointSet:
    """Requests that share a bucket; `scope` says whose bucket: user, org or group."""

    scope: str
    capacity: int
    refill: int  # requests each 60 seconds


INVOICES = EndpointSet("org", 500, 100)
SKUS = EndpointSet("user", 300, 100)
GROUP_CLUSTERS = EndpointSet("group", 10000, 5000)
FLEX_CLUSTERS = EndpointSet("group", 1200, 500)
PERFORMANCE_ADVISOR = EndpointSet("group", 1200, 500)
MONITORING = EndpointSet("group", 300, 100)
COLLECTION_METRICS = EndpointSet("group", 300, 100)
ORGANIZATION = EndpointSet("org", 500, 250)
ALL_ORGANIZATIONS = EndpointSet("user", 300, 100)
ALL_GROUPS = EndpointSet("user", 1200, 500)


class OncePerMinute:
    """So many requests of one owner in each minute: the older kind of limit, without a header."""

    def __init__(self, clock: Clock, most: int) -> None:
        self._clock, self._most = clock, most
        self._taken: dict[str, list[float]] = {}

    def take(self, owner: str, path: str) -> None:
        """Count one request, or raise Atlas's 429, which says the limit and not when to return."""
        now = self._clock.seconds()
        recent = [one for one in self._taken.get(owner, []) if now - one < WINDOW_SECONDS]
        self._taken[owner] = recent
        if len(recent) >= self._most:
            raise AtlasError(
                429,
                "RATE_LIMITED",
                f"Resource {path} is limited to {self._most} requests every 1 minutes.",
                (path, self._most, 1),
            )
        recent.append(now)


class RateLimits:
    """The buckets, filled as the sandbox's time goes by."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[tuple[EndpointSet, str], tuple[float, float]] = {}

    def take(self, endpoints: EndpointSet, owner: str, path: str) -> dict[str, str]:
        """Spend one request; the RateLimit headers of the answer, or Atlas's 429."""
        now = self._clock.seconds()
        level, since = self._buckets.get((endpoints, owner), (endpoints.capacity, now))
        level += (now - since) * endpoints.refill / WINDOW_SECONDS
        level = min(level, endpoints.capacity)
        headers = {
            "RateLimit-Limit": str(endpoints.capacity),
            "RateLimit-Remaining": str(max(int(level) - 1, 0)),
        }
        if level < 1:
            raise _limited(endpoints, level, path, headers)
        self._buckets[endpoints, owner] = (level - 1, now)
        return headers


def _limited(
    endpoints: EndpointSet, level: float, path: str, headers: dict[str, str]
) -> AtlasError:
    wait = math.ceil((1 - level) * WINDOW_SECONDS / endpoints.refill)
    return AtlasError(
        429,
        "RATE_LIMITED_TOKEN_BUCKET",
        f"Resource {path} is limited. Please retry after {wait} seconds. Request capacity: "
        f"{endpoints.capacity}. Refill rate: {endpoints.refill} per {WINDOW_SECONDS} seconds.",
        (path, wait, endpoints.capacity, endpoints.refill, WINDOW_SECONDS),
        {**headers, "Retry-After": str(wait)},
    )
