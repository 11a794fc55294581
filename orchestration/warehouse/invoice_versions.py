"""Which versions of which invoices the landing journals tell of, in the order they counted."""

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from orchestration.landing.journal import Landing, Observation

CONNECTION = "connection"
INVOICES = "invoices"
_Rank = tuple[bool, int]


@dataclass(frozen=True)
class Version:
    """A distinct version of an invoice, as a journal tells it.

    Attributes:
        connection: Whose journal it is.
        number: How many distinct versions came before it, plus one.
        since: When this version began to count.
        history: Hash of all that counted up to it; who holds it holds what led there.
    """

    connection: str
    invoice_id: str
    version: str
    org_id: str | None
    month: str
    file: str
    is_nested: bool
    line_items: int
    cents: int
    number: int
    first_seen: str
    since: str
    history: str


@dataclass(frozen=True)
class _Seen:
    """What a connection said of an invoice, and when."""

    at: str
    connection: str
    file: str
    invoice: dict[str, Any]


@dataclass
class _Invoice:
    """What each connection said last of an invoice, and what counted so far."""

    latest: dict[_Rank, _Seen] = field(default_factory=dict)
    versions: list[Version] = field(default_factory=list)

    def take(self, at: str, failing: set[int]) -> None:
        """What counts from now on, if that is another version or another connection's."""
        seen = self._best(failing)
        known = self.versions[-1] if self.versions else None
        if known is None or not _is_same(known, seen):
            self.versions.append(_version(seen, known, at))
        elif _owner(seen) != (known.connection, known.is_nested):
            # the same, now told by the connection that is taken: it is that one's from now on
            before = self.versions[-2] if len(self.versions) > 1 else None
            self.versions[-1] = _version(seen, before, known.since)

    def _best(self, failing: set[int]) -> _Seen:
        best = min(self.latest)
        if best[1] in failing:
            shown = self.latest[best].at
            later = [
                rank
                for rank, seen in self.latest.items()
                if rank[1] not in failing and seen.at > shown
            ]
            best = min(later, default=best)
        return self.latest[best]


def versions_by_invoice(landings: Iterable[Landing]) -> dict[str, list[Version]]:
    """Every distinct version of every invoice, in the order they counted.

    An invoice of an organization's own answers takes precedence over the copy that a paying
    organization's document nests, wherever it was landed: each is loaded once. Otherwise the
    connection that comes first has it. While that connection fails, another takes its place once
    it has shown the invoice later. The journals are gone through as time went, so what follows
    never changes what came before, and a rebuild counts what each refresh counted.
    """
    invoices: dict[str, _Invoice] = defaultdict(_Invoice)
    shown: dict[int, dict[str, None]] = defaultdict(dict)
    failing = _Failing()
    for place, connection, each in _in_order(landings):
        if each.entity == CONNECTION:
            # only what this connection shows may be another's now: with a thousand of them, to
            # go through all invoices for each would be most of a load
            touched = list(shown[place]) if failing.note(place, each) else []
        else:
            touched = _note(invoices, place, connection, each)
            shown[place] |= dict.fromkeys(touched)
        for invoice_id in touched:
            invoices[invoice_id].take(each.observed_at, failing.places)
    return {invoice_id: each.versions for invoice_id, each in invoices.items()}


class _Failing:
    """The places of the connections that fail now."""

    def __init__(self) -> None:
        self.places: set[int] = set()
        self._scopes: dict[int, set[str]] = defaultdict(set)

    def note(self, place: int, seen: Observation) -> bool:
        """What was observed of a connection; whether it fails now and did not, or the reverse."""
        scopes = self._scopes[place]
        if seen.error and seen.cause != "slow":
            scopes.add(seen.scope)
        else:
            scopes.discard(seen.scope)
        was = place in self.places
        (self.places.add if scopes else self.places.discard)(place)
        return was != bool(scopes)


def _in_order(landings: Iterable[Landing]) -> Iterable[tuple[int, str, Observation]]:
    """What all journals tell of invoices and of connections, oldest first."""
    journals = [_told(place, landing) for place, landing in enumerate(landings)]
    return (each for _, each in heapq.merge(*journals, key=lambda each: each[0]))


def _told(place: int, landing: Landing) -> Iterator[tuple[str, tuple[int, str, Observation]]]:
    """In the order of the journal, also where the machine's clock was once set back."""
    at = ""
    for each in landing.observations():
        at = max(at, each.observed_at)
        if each.entity == CONNECTION or (each.entity == INVOICES and each.error is None):
            yield at, (place, landing.connection, each)


def _note(
    invoices: dict[str, _Invoice], place: int, connection: str, seen: Observation
) -> list[str]:
    found = seen.meta.get(INVOICES, [])
    for each in found:
        rank = each["is_nested"], place
        invoices[each["id"]].latest[rank] = _Seen(seen.observed_at, connection, seen.files[0], each)
    return [each["id"] for each in found]


def _owner(seen: _Seen) -> tuple[str, bool]:
    return seen.connection, seen.invoice["is_nested"]


def _version(seen: _Seen, before: Version | None, since: str) -> Version:
    invoice, owner = seen.invoice, _owner(seen)
    said = (before.history if before else "", invoice["version"], since, *map(str, owner))
    return Version(
        connection=seen.connection,
        invoice_id=invoice["id"],
        version=invoice["version"],
        org_id=invoice.get("org_id"),
        month=invoice["month"],
        file=seen.file,
        is_nested=invoice["is_nested"],
        line_items=invoice["line_items"],
        cents=invoice["cents"],
        number=before.number + 1 if before else 1,
        first_seen=before.first_seen if before else since,
        since=since,
        history=hashlib.sha256("\n".join(said).encode()).hexdigest(),
    )


def _is_same(known: Version, seen: _Seen) -> bool:
    """The same body is the same version, whatever an earlier release called it."""
    return seen.invoice["version"] == known.version or known.file == seen.file
