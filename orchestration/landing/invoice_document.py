"""What an invoice document holds, as far as extraction needs it (Atlas schema BillingInvoice)."""

import hashlib
from dataclasses import dataclass, field
from typing import Annotated, Self

import msgspec


class BadInvoice(ValueError):
    """A body that is not the invoice document Atlas describes."""


# What a bigint holds: an amount beyond it is named where it arrives.
Cents = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Header(msgspec.Struct, rename="camel", kw_only=True, omit_defaults=True):
    """An invoice without its lines: cents are integers, never anything else."""

    id: str
    org_id: str | None = None
    status_name: str | None = None
    created: str | None = None
    updated: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    amount_billed_cents: Cents | None = None
    amount_paid_cents: Cents | None = None
    credits_cents: Cents | None = None
    sales_tax_cents: Cents | None = None
    starting_balance_cents: Cents | None = None
    subtotal_cents: Cents | None = None
    payments: msgspec.Raw = msgspec.Raw(b"[]")
    refunds: msgspec.Raw = msgspec.Raw(b"[]")


class Line(msgspec.Struct, rename="camel", gc=False):
    """One line, as far as the sum that loading is later held to needs it."""

    total_price_cents: Cents | None = 0


# What the specification describes; anything else is kept in landing and named in a check.
HEADER_FIELDS = frozenset(Header.__struct_encode_fields__) | {
    "lineItems",
    "linkedInvoices",
    "links",
}
LINE_FIELDS = frozenset(
    {
        "cloudProvider",
        "clusterName",
        "created",
        "discountCents",
        "endDate",
        "groupId",
        "groupName",
        "note",
        "percentDiscount",
        "quantity",
        "sku",
        "startDate",
        "stitchAppName",
        "tags",
        "tierLowerBound",
        "tierUpperBound",
        "totalPriceCents",
        "unit",
        "unitPriceDollars",
    }
)


@dataclass(frozen=True)
class CutInvoice:
    """One version of one invoice, cut out of a document.

    Attributes:
        header: The invoice without its lines.
        version: Hash of header and lines; equal versions say the same.
        line_items: How many lines the array holds.
        cents: Sum of their totalPriceCents, counted here and not by the engine that loads them.
        size: Bytes of the array.
        is_nested: Whether it came inside a paying organization's linkedInvoices.
        lines: The file its array was written to, or None without lines.
        problem: Why its lines cannot be used, or None.
        unknown_fields: Names that Atlas's specification does not have.
    """

    header: Header
    version: str
    line_items: int
    cents: int
    size: int
    is_nested: bool
    lines: str | None
    problem: str | None = None
    unknown_fields: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(
        cls,
        header: Header,
        *,
        is_nested: bool,
        lines: str | None,
        line_items: int,
        cents: int,
        size: int,
        digest: bytes,
        problem: str | None,
        unknown_fields: set[str],
    ) -> Self:
        """A version, named by what it says."""
        version = hashlib.sha256(msgspec.json.encode(header) + digest).hexdigest()
        return cls(
            header=header,
            version=version,
            line_items=line_items,
            cents=cents,
            size=size,
            is_nested=is_nested,
            lines=lines,
            problem=problem,
            unknown_fields=frozenset(unknown_fields),
        )

    @property
    def month(self) -> str:
        """The invoice month, such as 2026-05, or `unknown`."""
        return (self.header.start_date or "unknown")[:7]
