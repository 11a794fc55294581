"""An invoice document, read as it streams by: each lineItems array is cut out and counted.

Documents reach a gigabyte, so nothing here holds more than a window of one. Between the arrays a
small tokenizer reads JSON in any order of keys, pretty-printed or not; inside an array msgspec
checks and counts as many whole elements at once as a window holds, which is what makes a million
lines cost a third of a second. A run of elements ends where a decoder agrees that it does, so a
`},{` inside a string or an `}]` inside a line misleads nobody.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

import msgspec

from orchestration.landing.invoice_document import (
    HEADER_FIELDS,
    LINE_FIELDS,
    BadInvoice,
    CutInvoice,
    Header,
    Line,
)
from orchestration.landing.json_stream import JsonStream, Steps

# Where a run may end: looked for in the last of a window first, because lines are short.
TAIL = 1 << 16
# Of each window so much is searched for unknown field names, all of it where it is no larger: to
# look at every line would cost as much again as counting, and a new field comes with every line.
LOOKED_AT = 1 << 14

_BOUNDARY = re.compile(rb"\}(?=\s*,\s*\{)")
_lines = msgspec.json.Decoder(list[Line])
_any_lines = msgspec.json.Decoder(list[msgspec.Raw])
_keys = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
_header = msgspec.json.Decoder(Header)

# msgspec raises the others beside the first: for bytes that are no text, for absurd nesting
NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass
class _Array:
    """What is known of one lineItems array while it streams by."""

    file: IO[bytes]
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    count: int = 0
    cents: int = 0
    size: int = 0
    problem: str | None = None
    unknown: set[str] = field(default_factory=set)

    def keep(self, piece: bytes) -> None:
        """Write a piece of the array as it was sent."""
        self.file.write(piece)
        self.digest.update(piece)
        self.size += len(piece)


class Cutter(JsonStream):
    """Takes a document in pieces; `close` tells which invoices were in it.

    Args:
        new_file: Opens the file that the next array is written to.
    """

    def __init__(self, new_file: Callable[[], IO[bytes]]) -> None:
        self._new_file = new_file
        self._found: list[CutInvoice] = []
        super().__init__()

    def close(self) -> list[CutInvoice]:
        """Every invoice in the document: its own first, then the linked organizations'.

        Raises:
            EOFError: the document ends early.
            BadInvoice: it is not JSON, or not an invoice.
        """
        self._end()
        return self._found

    def _document(self) -> Steps[None]:
        yield
        yield from self._expect(b"{")
        yield from self._invoice(is_nested=False, is_top=True)
        yield from self._nothing_more()

    def _invoice(self, *, is_nested: bool, is_top: bool = False) -> Steps[None]:
        """One invoice object, or at the top a page of them; its brace has been read."""
        place = len(self._found)
        fields: list[bytes] = []
        lines: _Array | None = None
        is_page = False
        key = yield from self._token()
        while key != b"}":
            name = self._name(key)
            yield from self._expect(b":")
            if name == "lineItems":
                lines = yield from self._line_items()
            elif name == "linkedInvoices":
                yield from self._invoices(is_nested=True)
            elif name == "results" and is_top:
                is_page = True
                yield from self._invoices(is_nested=False)
            else:
                fields.append(key + b":" + (yield from self._value()))
            key = yield from self._next_key()
        if is_page:
            _names_of(fields)
        else:
            self._found.insert(place, self._cut(fields, lines, is_nested=is_nested))

    def _next_key(self) -> Steps[bytes]:
        token = yield from self._token()
        if token == b",":
            token = yield from self._token()
            if token.startswith(b'"'):
                return token
        elif token == b"}":
            return token
        raise self._not_json(token)

    def _invoices(self, *, is_nested: bool) -> Steps[None]:
        token = yield from self._token()
        if token == b"null":
            return
        if token != b"[":
            raise self._not_json(token)
        token = yield from self._token()
        if token == b"]":
            return
        while token == b"{":
            yield from self._invoice(is_nested=is_nested)
            token = yield from self._token()
            if token == b"]":
                return
            if token != b",":
                break
            token = yield from self._token()
        raise self._not_json(token)

    def _line_items(self) -> Steps[_Array | None]:
        token = yield from self._token()
        if token == b"null":
            return None
        if token != b"[":
            raise BadInvoice(
                "the invoice document is not as Atlas describes it: lineItems is no list"
            )
        with self._new_file() as file:
            array = _Array(file)
            self._kept = self._at - 1
            yield from self._elements(array)
        return array

    def _elements(self, array: _Array) -> Steps[None]:
        """Up to the array's end: whole elements, a window at a time, and what stands between."""
        is_at_end = (yield from self._peek()) == b"]"
        self._at += is_at_end
        while True:
            # what is hashed and written is what was sent, wherever the windows end
            array.keep(self._buffer[self._kept : self._at])
            self._kept = None
            if is_at_end:
                return
            self._kept = self._at
            end = self._counted_run(array)
            if end is None:
                yield from self._counted_element(array)
            else:
                self._at = end
            token = yield from self._token()
            is_at_end = token == b"]"
            if not is_at_end:
                if token != b",":
                    raise self._not_json(token)
                yield from self._peek()

    def _counted_run(self, array: _Array) -> int | None:
        """The end of as many whole elements as the window holds, or None for less than one."""
        last = self._buffer.rfind(b"},{", max(self._at, len(self._buffer) - TAIL))
        if last >= 0 and self._count(array, last + 1):
            return last + 1
        if len(self._buffer) - self._at < TAIL and not self._has_ended:
            return None
        ends = [each.end() for each in _BOUNDARY.finditer(self._buffer, self._at)]
        while ends:
            if self._count(array, ends[-1]):
                return ends[-1]
            # what lies behind the array's end, or inside a string, is no end: try half as far
            ends = ends[: len(ends) // 2]
        return None

    def _counted_element(self, array: _Array) -> Steps[None]:
        """Go past one element, whose end its tokens tell."""
        yield from self._skip_value()
        end, self._at = self._at, self._kept or 0
        if not self._count(array, end):
            raise BadInvoice("the invoice document is not JSON inside lineItems")
        self._at = end

    def _count(self, array: _Array, end: int) -> bool:
        """Count the elements up to `end`; False, having counted nothing, if they are not whole."""
        run = b"".join((b"[", memoryview(self._buffer)[self._at : end], b"]"))
        try:
            run.decode()  # msgspec does not look into fields that Line does not name
            found = _lines.decode(run)
        except msgspec.ValidationError as error:
            return self._count_untyped(array, run, str(error))
        except NOT_JSON:
            return False
        array.unknown |= _field_names(run) - LINE_FIELDS
        array.count += len(found)
        array.cents += sum([each.total_price_cents or 0 for each in found])
        return True

    def _count_untyped(self, array: _Array, run: bytes, problem: str) -> bool:
        try:
            found = _any_lines.decode(run)
        except NOT_JSON:
            return False
        where = re.search(r"\$\[(\d+)\]", problem)
        line = array.count + int(where[1]) + 1 if where else array.count + 1
        what = re.sub(r"\$\[\d+\]\.?", "", problem).replace("`int | null`", "`int`")
        array.problem = array.problem or f"lineItems, line {line}: {what}"
        array.count += len(found)
        return True

    def _cut(self, fields: list[bytes], lines: _Array | None, *, is_nested: bool) -> CutInvoice:
        names = _names_of(fields)
        try:
            header = _header.decode(_object_of(fields))
        except msgspec.ValidationError as error:
            raise BadInvoice(
                f"the invoice document is not as Atlas describes it: {error}"
            ) from None
        return CutInvoice.of(
            header,
            is_nested=is_nested,
            lines=lines.file.name if lines and lines.count else None,
            line_items=lines.count if lines else 0,
            cents=lines.cents if lines else 0,
            size=lines.size if lines else 0,
            digest=lines.digest.digest() if lines else b"",
            problem=_problem(header, lines),
            unknown_fields=(lines.unknown if lines else set()) | (names - HEADER_FIELDS),
        )

    def _name(self, key: bytes) -> str:
        try:
            return msgspec.json.decode(key, type=str)
        except NOT_JSON:
            raise self._not_json(key) from None


def _object_of(fields: list[bytes]) -> bytes:
    return b"{" + b",".join(fields) + b"}"


def _names_of(fields: list[bytes]) -> set[str]:
    """The names of an object's fields, once they are JSON: tokens alone do not tell a ] from a }.

    Raises:
        BadInvoice: they are not.
    """
    text = _object_of(fields)
    try:
        text.decode()  # msgspec does not look into what it hands on raw
        return set(msgspec.json.decode(text, type=dict[str, msgspec.Raw]))
    except NOT_JSON as error:
        raise BadInvoice(f"the invoice document is not JSON: {error}") from None


def _problem(header: Header, lines: _Array | None) -> str | None:
    """Why an invoice cannot be used; one without a start belongs to no month."""
    if not header.start_date:
        return "startDate is missing"
    return lines.problem if lines else None


def _field_names(run: bytes) -> set[str]:
    """The names of the fields of the first lines of a run that has been found whole."""
    if len(run) > LOOKED_AT:
        end = run.rfind(b"},{", 0, LOOKED_AT)
        run = run[: end + 1] + b"]"
    try:
        return set().union(*_keys.decode(run))
    except NOT_JSON:
        return set()  # it was cut inside a string
