"""Which versions of which invoices the landing journal tells of, oldest first."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from orchestration.landing import Landing


@dataclass(frozen=True)
class Version:
    """A distinct version of an invoice, as the journal tells it.

    Attributes:
        number: How many distinct versions came before it, plus one.
        since: When this version was first observed.
    """

    invoice_id: str
    version: str
    org_id: str | None
    file: str
    is_nested: bool
    line_items: int
    cents: int
    number: int
    first_seen: str
    since: str


def versions_by_invoice(landing: Landing) -> dict[str, list[Version]]:
    """Every distinct version of every invoice a connection ever saw, oldest first.

    An invoice of an organization's own answers takes precedence over the copy that a paying
    organization's document nests: each is loaded once.
    """
    seen: dict[str, list[tuple[str, str, dict[str, Any]]]] = defaultdict(list)
    for each in landing.observations():
        if each.entity == "invoices" and each.error is None:
            for invoice in each.meta.get("invoices", []):
                seen[invoice["id"]].append((each.observed_at, each.files[0], invoice))
    return {invoice_id: _distinct(found) for invoice_id, found in seen.items()}


def _distinct(found: list[tuple[str, str, dict[str, Any]]]) -> list[Version]:
    own = [each for each in found if not each[2]["is_nested"]] or found
    versions: list[Version] = []
    for at, file, invoice in own:
        if versions and versions[-1].version == invoice["version"]:
            continue
        versions.append(
            Version(
                invoice_id=invoice["id"],
                version=invoice["version"],
                org_id=invoice.get("org_id"),
                file=file,
                is_nested=invoice["is_nested"],
                line_items=invoice["line_items"],
                cents=invoice["cents"],
                number=len(versions) + 1,
                first_seen=own[0][0],
                since=at,
            )
        )
    return versions
