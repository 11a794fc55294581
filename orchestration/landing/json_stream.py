"""JSON that arrives in pieces, read token by token; what asks for a token waits for the next piece.

Reading is written as generators: where the text received so far does not tell, they yield, and go
on once more has come. Nothing is held but what has not been read yet, or is being kept.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import TypeVar

from orchestration.landing.invoice_document import BadInvoice

# What is waited for before reading goes on: small enough to stay in a processor's cache.
WINDOW = 1 << 20
# Atlas's longest text is a tag or a note, its longest value held a line or the list of payments,
# and its invoices nest six deep. Beyond that a small packed body would cost hours or all memory.
MOST_TOKEN_BYTES = 2 << 20
MOST_KEPT_BYTES = 8 << 20
MOST_DEPTH = 64
_TOKEN = re.compile(rb'\s*("[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},:]|[^\s\[\]{},:"]+)', re.DOTALL)
_SPACE = re.compile(rb"\s*")

T = TypeVar("T")
Steps = Generator[None, None, T]


class JsonStream(ABC):
    """The text of one document on its way; a subclass says in `_document` how it is read."""

    def __init__(self) -> None:
        self._buffer = b""
        self._at = 0
        self._kept: int | None = None
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        self._has_ended = False
        self._is_done = False
        self._steps = self._document()
        next(self._steps)

    @abstractmethod
    def _document(self) -> Steps[None]:
        """Read the whole document, yielding wherever more of it is needed."""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the document.

        Raises:
            BadInvoice: it is not JSON, or not an invoice.
        """
        self._waiting.append(chunk)
        self._waiting_size += len(chunk)
        if self._waiting_size >= WINDOW:
            self._resume()

    def _end(self) -> None:
        """No more will come: read what is left.

        Raises:
            EOFError: the document ends early.
            BadInvoice: it is not JSON.
        """
        self._has_ended = True
        while not self._is_done:
            self._resume()

    def _nothing_more(self) -> Steps[None]:
        """Only space may follow."""
        while True:
            if _SPACE.fullmatch(self._buffer, self._at) is None:
                raise BadInvoice("the invoice document is not JSON: something follows its end")
            if self._has_ended and not self._waiting:
                return
            self._at = len(self._buffer)
            yield

    def _resume(self) -> None:
        start = self._at if self._kept is None else self._kept
        self._buffer = b"".join((self._buffer[start:], *self._waiting))
        self._at -= start
        self._kept = None if self._kept is None else 0
        self._waiting, self._waiting_size = [], 0
        try:
            next(self._steps)
        except StopIteration:
            self._is_done = True

    def _more(self) -> Steps[None]:
        if self._has_ended and not self._waiting:
            raise EOFError("the invoice document is cut short")
        yield

    def _value(self) -> Steps[bytes]:
        """The text of one whole value."""
        yield from self._peek()
        self._kept = self._at
        yield from self._skip_value()
        text, self._kept = self._buffer[self._kept : self._at], None
        return text

    def _skip_value(self) -> Steps[None]:
        depth = 0
        while True:
            token = yield from self._token()
            depth += (token in {b"{", b"["}) - (token in {b"}", b"]"})
            if depth < 0:
                raise self._not_json(token)
            if depth > MOST_DEPTH:
                raise BadInvoice(f"the invoice document nests more than {MOST_DEPTH} deep")
            if depth == 0:
                return

    def _token(self) -> Steps[bytes]:
        while True:
            found = _TOKEN.match(self._buffer, self._at)
            if found and self._is_whole(found):
                self._at = found.end()
                return found[1]
            self._skip_space()
            self._require_room()
            yield from self._more()

    def _is_whole(self, found: "re.Match[bytes]") -> bool:
        """A number at the end of what has arrived may go on."""
        is_open = found.end() == len(self._buffer) and found[1][:1] not in b'"[]{},:'
        return not is_open or (self._has_ended and not self._waiting)

    def _peek(self) -> Steps[bytes]:
        """The next byte that is no space, unread."""
        while True:
            self._skip_space()
            if self._at < len(self._buffer):
                return self._buffer[self._at : self._at + 1]
            self._require_room()
            yield from self._more()

    def _skip_space(self) -> None:
        """Space that was read is not read again with what comes after it."""
        if found := _SPACE.match(self._buffer, self._at):
            self._at = found.end()

    def _require_room(self) -> None:
        kept = len(self._buffer) - (self._at if self._kept is None else self._kept)
        if len(self._buffer) - self._at > MOST_TOKEN_BYTES or kept > MOST_KEPT_BYTES:
            raise BadInvoice("the invoice document has a value larger than any of Atlas's")

    def _expect(self, wanted: bytes) -> Steps[None]:
        token = yield from self._token()
        if token != wanted:
            raise self._not_json(token)

    def _not_json(self, token: bytes) -> BadInvoice:
        seen = token[:40].decode(errors="replace")
        return BadInvoice(f"the invoice document is not JSON: unexpected {seen}")
