"""Bodies on their way: connections that break, bodies that drip, sinks that take them in."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import Protocol

import httpx

from orchestration.atlas.errors import CutShort, MalformedAnswer, Unavailable

# With these, no byte of the request has left this machine.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Sink(Protocol):
    """Where a streamed body goes, as sent: compressed bytes stay compressed."""

    def write(self, chunk: bytes, /) -> object:
        """Take the next bytes of the body."""


OpenSink = Callable[[str], AbstractContextManager[Sink]]
"""Opens a fresh sink for a body with the given Content-Encoding; leaving it normally keeps the
body, leaving it by an exception discards it. EOFError says the body is cut short (worth another
try), ValueError that it is not acceptable."""


def pour(chunks: Iterator[bytes], encoding: str, open_sink: OpenSink, what: str) -> None:
    """Send a body into a fresh sink.

    Raises:
        CutShort: the body ends early, or is empty.
        MalformedAnswer: the sink does not accept it.
        Unavailable: the connection broke.
    """
    try:
        with connection_errors_named(what), open_sink(encoding) as sink:
            _fill(sink, chunks)
    except EOFError as error:
        raise CutShort(f"{what}: {error}.") from error
    except ValueError as error:
        raise MalformedAnswer(f"{what}: {error}.") from error


def _fill(sink: Sink, chunks: Iterator[bytes]) -> None:
    is_empty = True
    for chunk in chunks:
        sink.write(chunk)
        is_empty = is_empty and not chunk
    if is_empty:
        raise EOFError("Atlas's answer is empty")


class Paced(httpx.SyncByteStream):
    """A body that is cut off when it drips: a byte a minute keeps a read timeout from striking.

    Only the time spent waiting for bytes counts, not what the reader does between them, and it
    counts from the first byte on: Atlas may think for a while before that.

    Args:
        stream: The body.
        slowest_bytes_s: What it must bring on average …
        patience_s: … over this many seconds.
        before_each: Called before each read; it may raise to give up.
    """

    def __init__(
        self,
        stream: httpx.SyncByteStream,
        slowest_bytes_s: int,
        patience_s: float,
        before_each: Callable[[], None],
    ) -> None:
        self._stream = stream
        self._slowest, self._patience = slowest_bytes_s, patience_s
        self._before_each = before_each

    def __iter__(self) -> Iterator[bytes]:
        """The body's bytes as they come.

        Raises:
            httpx.ReadTimeout: they come too slowly.
        """
        chunks = iter(self._stream)
        self._before_each()
        yield from islice(chunks, 1)
        size, waited = 0, 0.0
        while True:
            self._before_each()
            asked = time.monotonic()
            chunk = next(chunks, None)
            if chunk is None:
                return
            waited += time.monotonic() - asked
            size += len(chunk)
            if waited >= self._patience:
                self._require_speed(size, waited)
                size, waited = 0, 0.0
            yield chunk

    def _require_speed(self, size: int, waited: float) -> None:
        if size < self._slowest * waited:
            raise httpx.ReadTimeout(f"only {size} bytes came in {waited:.0f} s")

    def close(self) -> None:
        """Give the connection back, or end it where the body was not read to its end."""
        self._stream.close()


@contextmanager
def connection_errors_named(what: str) -> Iterator[None]:
    """Turn httpx's errors into ours, with the host and without path, query or headers.

    Raises:
        CutShort: a compressed body that is not whole.
        Unavailable: no connection, none that lasts, or none that is fast enough.
        MalformedAnswer: an address that is none.
    """
    try:
        yield
    except httpx.DecodingError:
        raise CutShort(f"{what}: the body is cut short or corrupt.") from None
    except httpx.InvalidURL:
        raise MalformedAnswer(f"{what}: its address is not one.") from None
    except httpx.RequestError as error:
        raise _unavailable(error, what) from None


def _unavailable(error: httpx.RequestError, what: str) -> Unavailable:
    try:
        host = error.request.url.host
    except RuntimeError:
        host = "Atlas"
    # the text of a LocalProtocolError repeats the header that was about to be sent
    reason = "" if isinstance(error, httpx.LocalProtocolError) else str(error)
    return Unavailable(
        f"{what}: no answer from {host} ({reason or type(error).__name__}).",
        was_sent=not isinstance(error, NOT_SENT),
    )
