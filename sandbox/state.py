"""Everything one running sandbox knows."""

import copy
import json
from collections.abc import Callable
from datetime import date
from typing import Any

from sandbox.access import LINKED_BILLING
from sandbox.auth import Authenticator
from sandbox.books import Books, Invoice
from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.keys import Key
from sandbox.organization import Organization
from sandbox.rate_limits import RateLimits
from sandbox.reports import Reports


class Sandbox:
    """One Atlas: its books, its door and the record of who came.

    It stands for the paying organization, whose key `credentials` is; `seen_by` shows the same
    Atlas to the linked one.
    """

    def __init__(self, seed: int, months: int, scale: int, clock: Clock) -> None:
        self.clock = clock
        self.books = Books(seed, scale, months, clock)
        self.credentials = Key.of(clock.today, seed)
        self.linked_credentials = Key.of(clock.today, seed, self.books.linked.name)
        self.keys = (self.credentials, self.linked_credentials)
        self.faults = Faults()
        self.authenticator = Authenticator(self.keys, clock, self.faults)
        self.rate_limits = RateLimits(clock)
        self.reports = Reports(clock)
        self.requests: list[dict[str, Any]] = []
        self._encoded: dict[tuple[object, ...], bytes] = {}

    def seen_by(self, key: Key) -> "Sandbox":
        """The same Atlas for the holder of `key`: shares everything but whose it is."""
        seen = copy.copy(self)
        seen.credentials = key
        return seen

    @property
    def is_payer(self) -> bool:
        """Whether the key in use is the paying organization's."""
        return self.credentials is self.keys[0]

    @property
    def org(self) -> Organization:
        """The organization the key belongs to."""
        return self.books.paying if self.is_payer else self.books.linked

    @property
    def other_org(self) -> Organization:
        """The organization the key does not belong to."""
        return self.books.linked if self.is_payer else self.books.paying

    @property
    def invoices(self) -> tuple[Invoice, ...]:
        """The organization's own invoices, newest first; its payer's hold a linked one's too."""
        found = self.books.invoices()
        return found if self.is_payer else tuple(linked for one in found for linked in one.linked)

    @property
    def sees_linked(self) -> bool:
        """Whether the key may read invoices of linked organizations in the payer's."""
        return not LINKED_BILLING.isdisjoint(self.credentials.roles)

    def restate(
        self, invoice: Invoice, cents: int, day: date | None = None, *, moves_updated: bool = True
    ) -> None:
        """Change a closed invoice; see `Books.restate`."""
        self.books.restate(invoice, cents, day, moves_updated=moves_updated)
        self.forget()

    def retag(self, cluster_name: str, tags: dict[str, str]) -> None:
        """Change a cluster's tags of today; see `Books.retag`."""
        self.books.retag(cluster_name, tags)
        self.forget()

    def key_of(self, org_id: str | None) -> Key:
        """The key of an organization, the paying one's unless told otherwise."""
        owners = {None: 0, self.books.paying.id: 0, self.books.linked.id: 1}
        if org_id not in owners:
            raise ValueError(f"no organization {org_id!r}")
        return self.keys[owners[org_id]]

    def move_clock(self, days: int) -> None:
        """Let days pass: what was written out before is out of date."""
        self.clock.move(days)
        self.forget()

    def forget(self) -> None:
        """Write documents out anew: something they say has changed."""
        self._encoded.clear()

    def encoded(self, key: tuple[object, ...], document: Callable[[], Any]) -> bytes:
        """A large document as JSON, written out once a day."""
        if key not in self._encoded:
            self._encoded[key] = json.dumps(document()).encode()
        return self._encoded[key]
