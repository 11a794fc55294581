"""Which versions of which invoices the landing journals tell of, oldest first."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from orchestration.landing import Landing, Observation

_Seen = tuple[str, str, str, dict[str, Any]]
_Rank = tuple[bool, int]


@dataclass(frozen=True)
class Version:
    """A distinct version of an invoice, as a journal tells it.

    Attributes:
        connection: Whose journal it is.
        number: How many distinct versions came before it, plus one.
        since: When this version was first observed.
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


def versions_by_invoice(landings: Iterable[Landing]) -> dict[str, list[Version]]:
    """Every distinct version of every invoice, oldest first, each invoice from one connection.

    An invoice of an organization's own answers takes precedence over the copy that a paying
    organization's document nests, wherever it was landed: each is loaded once. Otherwise the
    connection that comes first has it. Where that connection fails, another takes its place once
    it has shown the invoice later. What others showed before the one that is taken came first,
    also when everything is loaded anew.
    """
    seen: dict[str, dict[_Rank, list[_Seen]]] = defaultdict(lambda: defaultdict(list))
    failing = set()
    for place, landing in enumerate(landings):
        if any(each.error and each.cause != "slow" for each in _connection(landing)):
            failing.add(place)
        for each in landing.observations():
            if each.entity != "invoices" or each.error is not None:
                continue
            for invoice in each.meta.get("invoices", []):
                found = (landing.connection, each.observed_at, each.files[0], invoice)
                seen[invoice["id"]][invoice["is_nested"], place].append(found)
    return {
        invoice_id: _distinct(_in_order(sources, failing)) for invoice_id, sources in seen.items()
    }


def _connection(landing: Landing) -> Iterable[Observation]:
    return landing.current("connection").values()


def _in_order(sources: dict[_Rank, list[_Seen]], failing: set[int]) -> list[_Seen]:
    """The best source's observations, after what the others had shown before its first."""
    best = min(sources)
    if best[1] in failing:
        later = [
            rank
            for rank, found in sources.items()
            if rank[1] not in failing and found[-1][1] > sources[best][-1][1]
        ]
        best = min(later, default=best)
    taken = sources[best]
    others = [each for rank, found in sources.items() if rank != best for each in found]
    before = [each for each in others if each[1] < taken[0][1]]
    return sorted(before, key=lambda each: each[1]) + taken


def _distinct(found: list[_Seen]) -> list[Version]:
    versions: list[Version] = []
    first_seen = found[0][1]
    for connection, at, file, invoice in found:
        version = Version(
            connection=connection,
            invoice_id=invoice["id"],
            version=invoice["version"],
            org_id=invoice.get("org_id"),
            month=invoice["month"],
            file=file,
            is_nested=invoice["is_nested"],
            line_items=invoice["line_items"],
            cents=invoice["cents"],
            number=len(versions) + 1,
            first_seen=first_seen,
            since=at,
        )
        if not versions or not _is_same(versions[-1], version):
            versions.append(version)
        elif (connection, version.is_nested) != (versions[-1].connection, versions[-1].is_nested):
            # the same, now told by the connection that is taken: it is that one's from now on
            known = versions[-1]
            versions[-1] = replace(version, number=known.number, since=known.since)
    return versions


def _is_same(known: Version, other: Version) -> bool:
    """The same body is the same version, whatever an earlier release called it."""
    return known.version == other.version or known.file == other.file
