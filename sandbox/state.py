"""Everything one running sandbox knows."""

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.access.auth import Authenticator
from sandbox.access.grants import Grants
from sandbox.access.keys import Key
from sandbox.access.rules import LINKED_BILLING
from sandbox.backups.vault import Vault
from sandbox.bill.books import Books, Invoice
from sandbox.bill.oddities import Oddity
from sandbox.bill.reports import Reports
from sandbox.clock import Clock
from sandbox.estate.estate import Estate
from sandbox.estate.organization import Organization
from sandbox.estate.pace import DEFAULT_SECONDS, Pace
from sandbox.estate.recent import Recent
from sandbox.estate.resources import Holdings
from sandbox.wire.faults import Faults
from sandbox.wire.rate_limits import RateLimits


class Sandbox:
    """One Atlas: its books, its door and the record of who came.

    It stands for the paying organization, whose cost key `credentials` is; `seen_by` shows the same
    Atlas to another key. Each organization has one key for costs and one for provisioning.
    """

    def __init__(
        self,
        seed: int,
        months: int,
        scale: int,
        clock: Clock,
        pace: float | Pace = DEFAULT_SECONDS,
        *,
        wasteful: bool = False,
        small: bool = False,
    ) -> None:
        self.clock = clock
        self.pace = pace if isinstance(pace, Pace) else Pace(clock, pace)
        self.books = Books(seed, scale, months, clock, wasteful=wasteful, small=small)
        self.credentials = Key.of(clock.today, seed)
        linked = self.books.linked.name
        self.keys = (self.credentials, Key.of(clock.today, seed, linked))
        self.provisioning_keys = (
            Key.of(clock.today, seed, "provisioning"),
            Key.of(clock.today, seed, linked, "provisioning"),
        )
        self.faults = Faults()
        self.authenticator = Authenticator(
            (*self.keys, *self.provisioning_keys), clock, self.faults
        )
        self.recent = Recent(clock)
        self.estate = Estate(seed, clock, self.pace, self.recent)
        self.grants = Grants(clock)
        self.vault = Vault(clock, self.pace, self.recent)
        self.rate_limits = RateLimits(clock)
        self.reports = Reports(clock)
        self.requests: list[dict[str, Any]] = []
        self._encoded: dict[tuple[object, ...], bytes] = {}

    def seen_by(self, key: Key) -> "Sandbox":
        """The same Atlas for the holder of `key`: shares everything but whose it is."""
        seen = copy.copy(self)
        seen.credentials = key
        return seen

    def of_organization(self, org_id: str | None) -> "Sandbox":
        """What stands for an organization: the same, but in a crowd.

        ValueError for an organization that is not here.
        """
        if org_id not in {None, self.books.paying.id, self.books.linked.id}:
            raise ValueError(f"no organization {org_id!r}")
        return self

    @property
    def is_payer(self) -> bool:
        """Whether the key in use is one of the paying organization's."""
        own = (self.keys[0], self.provisioning_keys[0])
        return any(self.credentials is key for key in own)

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

    def bill(self, invoice: Invoice, status: str | None, terms: dict[str, Any]) -> None:
        """Change a closed invoice's status and terms; see `Books.bill`."""
        self.books.bill(invoice, status, terms)
        self.forget()

    def reprice(self, sku: str, since: date, factor: Decimal) -> None:
        """Change a list price; see `Books.reprice`."""
        self.books.reprice(sku, since, factor)
        self.forget()

    def retag(self, cluster_name: str, tags: dict[str, str]) -> None:
        """Change a cluster's tags of today; see `Books.retag`."""
        self.books.retag(cluster_name, tags)
        self.forget()

    def add_oddities(self, added: Iterable[Oddity] | None = None) -> None:
        """Make the bill odd; see `Books.add_oddities`."""
        self.books.add_oddities(added)
        self.forget()

    def holdings(self) -> Holdings:
        """What the key sees of its organization today, each cluster in its state."""
        return tuple(
            (project, self.estate.seen(project, clusters))
            for project, clusters in self.org.living(self.clock.today)
            if self.credentials.sees(project.id)
        )

    def key_holders(self) -> Iterator[tuple[str, Key]]:
        """Every organization's id and its key for costs."""
        yield from zip((self.books.paying.id, self.books.linked.id), self.keys, strict=True)

    def key_of(self, org_id: str | None, purpose: str = "costs") -> Key:
        """A key of an organization: the paying one's for costs unless told otherwise."""
        owners = {None: 0, self.books.paying.id: 0, self.books.linked.id: 1}
        if org_id not in owners:
            raise ValueError(f"no organization {org_id!r}")
        purposes = {"costs": self.keys, "provisioning": self.provisioning_keys}
        if purpose not in purposes:
            raise ValueError(f"no key for {purpose!r}: one of {', '.join(purposes)}")
        return purposes[purpose][owners[org_id]]

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
