"""Bodies on their way: connections that break, bodies that drip, sinks that take them in."""

import ssl
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import chain, islice
from typing import Protocol, cast

import httpx

from orchestration.atlas import responses
from orchestration.atlas.deadlines import Overdue
from orchestration.atlas.errors import (
    CutShort,
    MalformedAnswer,
    TooSlow,
    Unavailable,
    Untrusted,
)

# With these, no byte of the request has left this machine.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# Nothing else is asked for; a chain of them, or another, could unpack without a bound.
ENCODINGS = frozenset({"", "identity", "gzip"})
# Atlas's longest errors have a few kilobytes, a login page some hundred.
MOST_SHORT_BYTES = 2**20
GZIP_HEADER = 16 + zlib.MAX_WBITS
PEEKED = 1024


class Unpacking(Protocol):
    """zlib's decompressor, whose type has no name."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """The next bytes, at most so many."""


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
        NotAtlas: it is a page of HTML.
        MalformedAnswer: the sink does not accept it.
        Unavailable: the connection broke.
    """
    _require_encoding(encoding, what)
    try:
        with connection_errors_named(what), open_sink(encoding) as sink:
            first = next(chunks, b"")
            if responses.is_markup(_peeked(first, encoding)):
                raise responses.html_instead(what)
            _fill(sink, chain((first,), chunks))
    except EOFError as error:
        raise CutShort(f"{what}: {error}.") from error
    except ValueError as error:
        raise MalformedAnswer(f"{what}: {error}.") from error


def read_body(response: httpx.Response, most: int, what: str) -> bytes:
    """A body decompressed into memory, if it fits.

    Raises:
        MalformedAnswer: it is larger than anything Atlas sends, or packed in another way than was
            asked for.
    """
    _require_encoding(_encoding(response), what)
    parts, size = [], 0
    for part in response.iter_bytes():
        size += len(part)
        if size > most:
            raise too_large(most, what)
        parts.append(part)
    return b"".join(parts)


def take_in(response: httpx.Response, what: str) -> None:
    """Receive a short answer at once; whoever reads it then can meet neither length nor packing.

    Raises:
        MalformedAnswer: it is not short.
        httpx.RequestError: the connection broke.
    """
    is_packed = _encoding(response) == "gzip"
    if _encoding(response) not in ENCODINGS:
        del response.headers["content-encoding"]  # and the body stays as it is
    unpacked, raw, room = zlib.decompressobj(GZIP_HEADER), bytearray(), MOST_SHORT_BYTES
    try:
        for part in cast("httpx.SyncByteStream", response.stream):
            raw += part
            room -= len(_begun(unpacked, part, room + 1) if is_packed else part)
            if room < 0:
                raise too_large(MOST_SHORT_BYTES, what)
    except httpx.RequestError as error:
        error.request = response.request
        raise
    finally:
        response.close()
    response.stream, response.is_closed = httpx.ByteStream(bytes(raw)), False


def _encoding(response: httpx.Response) -> str:
    return str(response.headers.get("content-encoding", "")).strip().lower()


def too_large(most: int, what: str) -> MalformedAnswer:
    """The error for a body without an end in sight."""
    return MalformedAnswer(
        f"{what}: the answer is larger than {most / 2**20:,.0f} MiB, which nothing Atlas sends is."
    )


def _require_encoding(encoding: str, what: str) -> None:
    if encoding.strip().lower() not in ENCODINGS:
        raise MalformedAnswer(f"{what}: the answer is packed as {encoding[:40]!r}, not as gzip.")


def _begun(unpacked: Unpacking, part: bytes, most: int) -> bytes:
    """The next bytes of a gzip body; nothing of one that is none."""
    try:
        return unpacked.decompress(part, most)
    except zlib.error:
        return b""


def _peeked(first: bytes, encoding: str) -> bytes:
    if encoding != "gzip":
        return first[:PEEKED]
    return _begun(zlib.decompressobj(GZIP_HEADER), first, PEEKED)


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
        arrived: Called with the size of each chunk; it may raise to give up.
    """

    def __init__(
        self,
        stream: httpx.SyncByteStream,
        slowest_bytes_s: int,
        patience_s: float,
        before_each: Callable[[], None],
        arrived: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._stream = stream
        self._slowest, self._patience = slowest_bytes_s, patience_s
        self._before_each, self._arrived = before_each, arrived

    def __iter__(self) -> Iterator[bytes]:
        """The body's bytes as they come.

        Raises:
            httpx.ReadTimeout: they come too slowly.
        """
        chunks = iter(self._stream)
        self._before_each()
        for first in islice(chunks, 1):
            self._arrived(len(first))
            yield first
        size, waited = 0, 0.0
        while True:
            self._before_each()
            asked = time.monotonic()
            chunk = next(chunks, None)
            if chunk is None:
                return
            waited += time.monotonic() - asked
            size += len(chunk)
            self._arrived(len(chunk))
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
        TooSlow: the request takes longer than one may.
        Untrusted: a certificate that is not trusted.
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
    kind: type[Unavailable] = Unavailable
    for cause in _causes(error):
        if isinstance(cause, Overdue):
            kind = TooSlow
        elif isinstance(cause, ssl.SSLCertVerificationError):
            kind, reason = Untrusted, f"its certificate is not trusted: {cause.verify_message}"
    return kind(
        f"{what}: no answer from {host} ({reason or type(error).__name__}).",
        was_sent=not isinstance(error, NOT_SENT),
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
