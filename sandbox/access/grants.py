"""Who may connect, by project: database users and the entries of the access list."""

from collections import defaultdict
from typing import Any

from sandbox.clock import Clock
from sandbox.months import stamp

Document = dict[str, Any]
ENDS = "deleteAfterDate"


class Grants:
    """What was granted in every project; what has an end vanishes at it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._users: dict[str, dict[tuple[str, str], Document]] = defaultdict(dict)
        self._entries: dict[str, dict[str, Document]] = defaultdict(dict)

    def users(self, group_id: str) -> dict[tuple[str, str], Document]:
        """A project's database users by database and name."""
        self._expire(self._users[group_id])
        return self._users[group_id]

    def entries(self, group_id: str) -> dict[str, Document]:
        """A project's access list by CIDR block or security group."""
        self._expire(self._entries[group_id])
        return self._entries[group_id]

    def forget(self, group_id: str) -> None:
        """A project is gone, and all that was granted in it."""
        self._users.pop(group_id, None)
        self._entries.pop(group_id, None)

    def _expire(self, granted: dict[Any, Document]) -> None:
        now = stamp(self._clock.now())
        for key in [key for key, one in granted.items() if ENDS in one and one[ENDS] <= now]:
            del granted[key]
