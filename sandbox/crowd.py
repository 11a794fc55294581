"""Thousands of small organizations behind one door: a sandbox's fast mode.

Each is a Sandbox by itself, made when somebody first asks for it, with ids, a key and a bill of its
own; what is not an organization's own (the door, faults, limits, the record of requests) is shared.
"""

from collections.abc import Iterator

from sandbox.access.auth import Authenticator
from sandbox.access.keys import Key
from sandbox.clock import Clock
from sandbox.estate import blueprint
from sandbox.identity import object_id
from sandbox.state import Sandbox


class Crowd(Sandbox):
    """The organizations of the seeds from `seed` on; by itself it stands for the first of them.

    A key for actions opens none of them, and none is linked to another.
    """

    def __init__(self, seed: int, count: int, months: int, clock: Clock, pace: float) -> None:
        super().__init__(seed, months, 1, clock, pace, small=True)
        self._months = months
        # as Books and Sandbox name them, without having made any
        self._keys = {_org_id(one): Key.of(clock.today, one) for one in range(seed, seed + count)}
        self._seeds = dict(zip(self._keys, range(seed, seed + count), strict=True))
        self._owners = {key.public_key: org_id for org_id, key in self._keys.items()}
        self._hand_over(self, self.org.id)
        self._present: dict[str, Sandbox] = {self.org.id: self}
        self.authenticator = Authenticator(self._keys.values(), clock, self.faults)

    def key_holders(self) -> Iterator[tuple[str, Key]]:
        """Every organization's id and its key for costs."""
        yield from self._keys.items()

    def seen_by(self, key: Key) -> Sandbox:
        """The organization that a key belongs to."""
        found = self.of_organization(self._owners[key.public_key])
        return super().seen_by(key) if found is self else found.seen_by(key)

    def of_organization(self, org_id: str | None) -> Sandbox:
        """One of the crowd, the first unless told otherwise."""
        if org_id is None:
            return self
        if org_id not in self._present:
            self._present[org_id] = self._moved_in(org_id)
        return self._present[org_id]

    def forget(self) -> None:
        """Write documents out anew, of every organization."""
        for one in self._present.values():
            Sandbox.forget(one)

    def _moved_in(self, org_id: str) -> Sandbox:
        if org_id not in self._seeds:
            raise ValueError(f"no organization {org_id!r}")
        one = Sandbox(self._seeds[org_id], self._months, 1, self.clock, self.pace, small=True)
        one.faults, one.authenticator = self.faults, self.authenticator
        one.rate_limits, one.reports, one.requests = self.rate_limits, self.reports, self.requests
        self._hand_over(one, org_id)
        return one

    def _hand_over(self, one: Sandbox, org_id: str) -> None:
        """The key by which the door knows it: who pays is told by the key itself."""
        one.credentials = self._keys[org_id]
        one.keys = (one.credentials, one.keys[1])


def _org_id(seed: int) -> str:
    return object_id(seed, "org", blueprint.SMALL_NAME)
