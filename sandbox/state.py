"""Everything one running sandbox knows."""

import json
from collections.abc import Callable
from typing import Any

from sandbox.auth import Authenticator, Credentials
from sandbox.books import Books
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.organization import Organization
from sandbox.rate_limits import RateLimits


class Sandbox:
    """One organization's Atlas: its books, its door and the record of who came."""

    def __init__(self, seed: int, months: int, scale: int, clock: Clock) -> None:
        self.clock = clock
        self.books = Books(seed, scale, months, clock)
        self.credentials = Credentials.of(seed)
        self.authenticator = Authenticator(self.credentials, clock)
        self.rate_limits = RateLimits(clock)
        self.faults = Faults()
        self.requests: list[dict[str, Any]] = []
        self._encoded: dict[tuple[str, str], bytes] = {}

    @property
    def org(self) -> Organization:
        """The organization the key belongs to."""
        return self.books.paying

    def move_clock(self, days: int) -> None:
        """Let days pass: what was written out before is out of date."""
        self.clock.move(days)
        self._encoded.clear()

    def encoded(self, key: tuple[str, str], document: Callable[[], Any]) -> bytes:
        """A large document as JSON, written out once a day."""
        if key not in self._encoded:
            self._encoded[key] = json.dumps(document()).encode()
        return self._encoded[key]
