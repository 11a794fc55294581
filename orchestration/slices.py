"""Landed invoices → lineItems arrays cut into files of their own, one per invoice version.

DuckDB reads an array file as a stream, where one large invoice object would have to fit its
memory whole (0.9 GB of JSON: 407 MiB against 4.8 GiB). Slices are derived from landing: they can
be thrown away and are cut again when a load needs them.
"""

import hashlib
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import msgspec

NO_LINES = msgspec.Raw(b"[]")


class Header(msgspec.Struct, rename="camel", kw_only=True, omit_defaults=True):
    """Atlas schema BillingInvoice without its lines: cents are integers, never anything else."""

    id: str
    org_id: str | None = None
    status_name: str | None = None
    created: str | None = None
    updated: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    amount_billed_cents: int | None = None
    amount_paid_cents: int | None = None
    credits_cents: int | None = None
    sales_tax_cents: int | None = None
    starting_balance_cents: int | None = None
    subtotal_cents: int | None = None
    payments: msgspec.Raw = msgspec.Raw(b"[]")
    refunds: msgspec.Raw = msgspec.Raw(b"[]")


class _Document(Header, kw_only=True):
    line_items: msgspec.Raw = NO_LINES
    linked_invoices: list["_Document"] | None = None


class _Cents(msgspec.Struct, rename="camel"):
    """One line, as far as the sum that loading is later held to needs it."""

    total_price_cents: int = 0


class _PendingPage(msgspec.Struct):
    results: list[_Document]


_peek = msgspec.json.Decoder(dict[str, msgspec.Raw])
_one = msgspec.json.Decoder(_Document)
_page = msgspec.json.Decoder(_PendingPage)
_cents = msgspec.json.Decoder(list[_Cents])


@dataclass(frozen=True)
class InvoiceVersion:
    """One version of one invoice inside a landed document.

    Attributes:
        header: The invoice without its lines.
        version: Hash of header and lines; equal versions say the same.
        line_items: How many lines the array holds.
        cents: Sum of their totalPriceCents, counted here and not by the engine that loads them.
        is_nested: Whether it came inside a paying organization's linkedInvoices.
    """

    header: Header
    version: str
    line_items: int
    cents: int
    is_nested: bool
    lines: msgspec.Raw

    @property
    def month(self) -> str:
        """The invoice month, such as 2026-05, or `unknown`."""
        return (self.header.start_date or "unknown")[:7]


class BadInvoice(ValueError):
    """A landed body that is not the invoice document Atlas describes."""


def read_versions(body: IO[bytes]) -> list[InvoiceVersion]:
    """Every invoice in a document: its own and, below it, the linked organizations'.

    Accepts one bare invoice and `{results: […]}`, the two shapes of /invoices/pending.

    Raises:
        EOFError: the body is cut short.
        BadInvoice: it is not JSON, or a header field or an amount has the wrong type.
    """
    content = body.read()
    try:
        documents = _page.decode(content).results if _is_page(content) else [_one.decode(content)]
        return [version for each in documents for version in _unnest(each, is_nested=False)]
    except msgspec.ValidationError as error:
        raise BadInvoice(f"the invoice document is not as Atlas describes it: {error}") from None
    except msgspec.DecodeError as error:
        if "truncated" in str(error):
            raise EOFError("the invoice document is cut short") from None
        raise BadInvoice(f"the invoice document is not JSON: {error}") from None


def _is_page(content: bytes) -> bool:
    keys = _peek.decode(content)
    return "results" in keys and "id" not in keys


def _unnest(document: _Document, *, is_nested: bool) -> Iterator[InvoiceVersion]:
    lines = NO_LINES if bytes(document.line_items) == b"null" else document.line_items
    header = Header(**{name: getattr(document, name) for name in Header.__struct_fields__})
    amounts = _amounts(header.id, lines)
    yield InvoiceVersion(
        header, _version(header, lines), len(amounts), sum(amounts), is_nested, lines
    )
    for linked in document.linked_invoices or []:
        yield from _unnest(linked, is_nested=True)


def _amounts(invoice_id: str, lines: msgspec.Raw) -> list[int]:
    try:
        return [line.total_price_cents for line in _cents.decode(lines)]
    except msgspec.ValidationError as error:
        raise BadInvoice(f"invoice {invoice_id}, lineItems: {error}") from None


def _version(header: Header, lines: msgspec.Raw) -> str:
    digest = hashlib.sha256(msgspec.json.encode(header))
    digest.update(memoryview(lines))
    return digest.hexdigest()


class Slices:
    """The folder of cut arrays: `org_id=…/period=YYYY-MM/<invoice>-<version>.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, version: InvoiceVersion) -> Path:
        """Where a version's lines lie, whether cut yet or not."""
        header = version.header
        organization = quote(header.org_id or "unknown", safe="")
        name = f"{quote(header.id, safe='')}-{version.version[:16]}.json"
        return self._folder / f"org_id={organization}" / f"period={version.month}" / name

    def cut(self, version: InvoiceVersion) -> Path:
        """Write a version's lines as an array file, unless they are there already."""
        target = self.path(version)
        if target.exists() and target.stat().st_size == len(memoryview(version.lines)):
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        try:
            temporary.write_bytes(memoryview(version.lines))
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
        return target
