"""Invoice documents drawn from the specification, written as JSON the ways JSON can be."""

import json
import random
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any

from hypothesis import strategies as st

from tests.properties.specification import TIMES, Literal, named

CENTS = st.one_of(st.integers(-5, 5), st.integers(-(10**12), 10**12), st.none())
MANY = 2500
Document = dict[str, Any]


@dataclass(frozen=True)
class Style:
    """How a document is written: spaced or not, its keys in an order of their own."""

    indent: str
    space: str
    is_ascii: bool
    seed: int

    def write(self, value: Any) -> bytes:
        """JSON, as one server or another would write it."""
        order = random.Random(self.seed)
        return "".join(self._pieces(value, order, "\n" if self.indent else "")).encode()

    def _pieces(self, value: Any, order: random.Random, line: str) -> list[str]:
        if isinstance(value, Literal):
            return [str(value)]
        if not isinstance(value, dict | list):
            return [self._text(value)]
        inner = line + self.indent
        if isinstance(value, list):
            entries = [self._pieces(each, order, inner) for each in value]
            return self._joined("[]", entries, inner, line)
        keys = list(value)
        order.shuffle(keys)
        entries = [
            [self._text(key), self.space, ":", self.space, *self._pieces(value[key], order, inner)]
            for key in keys
        ]
        return self._joined("{}", entries, inner, line)

    def _text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=self.is_ascii)

    def _joined(self, ends: str, entries: list[list[str]], inner: str, line: str) -> list[str]:
        pieces = [ends[0]]
        for place, entry in enumerate(entries):
            pieces += [("," + self.space) if place else "", inner, *entry]
        return [*pieces, line if entries else "", ends[1]]


STYLES = st.builds(
    Style,
    st.sampled_from(["", "", "  ", "\t"]),
    st.sampled_from(["", " "]),
    st.booleans(),
    st.integers(0, 2**32),
)
LINES = named(
    "InvoiceLineItem",
    totalPriceCents=CENTS,
    percentDiscount=st.sampled_from([None, Literal("12.5"), Literal("0"), Literal("1e-9")]),
)


@st.composite
def line_arrays(draw: st.DrawFn) -> list[Document] | None:
    """A few different lines, some of them repeated, now and then by the thousand."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from([None, []]))
    lines = draw(st.lists(LINES, min_size=1, max_size=4))
    times = draw(st.sampled_from([0, 0, 0, 1, 2, MANY]))
    return lines + [draw(st.sampled_from(lines))] * times


# without a start an invoice has no month; an organization never has the id of a project, which a
# text drawn for both now and then was
ORGANIZATIONS = st.sampled_from([None, "a" * 24, "b" * 24])
HEADERS = named("BillingInvoice", id=st.none(), startDate=TIMES, orgId=ORGANIZATIONS)


@st.composite
def invoices(draw: st.DrawFn, depth: int = 0) -> Document:
    """One invoice with the ones it nests, three deep at most."""
    found = {**draw(HEADERS), "lineItems": draw(line_arrays())}
    linked = st.lists(invoices(depth=depth + 1), max_size=2) if depth < 3 else st.just([])
    found["linkedInvoices"] = draw(st.one_of(st.none(), linked, linked))
    return {key: value for key, value in found.items() if not _is_left_out(draw, key)}


def _is_left_out(draw: st.DrawFn, key: str) -> bool:
    return key in {"lineItems", "linkedInvoices"} and draw(st.integers(0, 9)) == 0


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """One invoice, or a page of them, as pending ones come."""
    document = draw(invoices())
    if draw(st.integers(0, 9)) == 0:
        document = {"results": [document, *draw(st.lists(invoices(), max_size=1))], "links": []}
    return document


def numbered(document: Document, ids: "count[int]") -> Document:
    """Give each invoice of a document an id of its own."""
    for each in within(document):
        each["id"] = f"{next(ids):024x}"
    return document


def within(document: Document) -> list[Document]:
    """Every invoice of a document, at any depth."""
    if "results" in document:
        return [found for each in document["results"] for found in within(each)]
    linked = document.get("linkedInvoices") or []
    return [document, *(found for each in linked for found in within(each))]


def told(document: Document) -> dict[str, tuple[int, int]]:
    """Invoice id → lines and cents, counted by nobody but this."""
    return {
        each["id"]: (
            len(each.get("lineItems") or []),
            sum(line["totalPriceCents"] or 0 for line in each.get("lineItems") or []),
        )
        for each in within(document)
    }


def plain(body: bytes | str) -> Any:
    """JSON without floats: two documents are equal when they say the same to the last digit."""
    return json.loads(body, parse_float=Decimal)
