"""Which versions of which invoices the landing journals tell of, oldest first."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from orchestration.landing import Landing

_Seen = tuple[str, str, str, dict[str, Any]]


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
    connection that comes first has it.
    """
    seen: dict[str, dict[tuple[bool, int], list[_Seen]]] = defaultdict(lambda: defaultdict(list))
    for place, landing in enumerate(landings):
        for each in landing.observations():
            if each.entity != "invoices" or each.error is not None:
                continue
            for invoice in each.meta.get("invoices", []):
                found = (landing.connection, each.observed_at, each.files[0], invoice)
                seen[invoice["id"]][invoice["is_nested"], place].append(found)
    return {invoice_id: _distinct(sources[min(sources)]) for invoice_id, sources in seen.items()}


def _distinct(found: list[_Seen]) -> list[Version]:
    versions: list[Version] = []
    for connection, at, file, invoice in found:
        if versions and versions[-1].version == invoice["version"]:
            continue
        versions.append(
            Version(
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
                first_seen=found[0][1],
                since=at,
            )
        )
    return versions
