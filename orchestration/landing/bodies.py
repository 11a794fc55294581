"""A body on its way into a file: compressed, hashed, and looked at, all in one pass."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from isal import isal_zlib

from orchestration.landing import packs

# Intel's codec inflates twice as fast as zlib, and deflates at its level 1 in a third of the time.
COMPRESSION_LEVEL = 1
READ_CHUNK = 1 << 20


class Reader(Protocol):
    """Looks at a body while it is received."""

    def feed(self, chunk: bytes, /) -> object:
        """The next uncompressed bytes; raises ValueError where they are not what they should be."""

    def close(self) -> object:
        """The body has ended; raises EOFError where it is cut short, ValueError as above."""


@dataclass(frozen=True)
class LandedFile:
    """One landed body.

    Attributes:
        path: Where it lies.
        sha256: Hash of the uncompressed body.
        is_new: Whether this very call brought it.
    """

    path: Path
    sha256: str
    is_new: bool

    def open(self) -> IO[bytes]:
        """The uncompressed body, as a stream."""
        return packs.opened(self.path)


class BodyWriter:
    """Writes a body compressed while hashing, and showing a reader, what it uncompresses to."""

    landed: LandedFile

    def __init__(self, file: IO[bytes], content_encoding: str, reader: Reader | None) -> None:
        if content_encoding not in {"", "identity", "gzip"}:
            raise ValueError(f"cannot read Content-Encoding {content_encoding}")
        self._file = file
        self._reader = reader
        self._hash = hashlib.sha256()
        self._inflate = isal_zlib.decompressobj(wbits=31) if content_encoding == "gzip" else None
        self._deflate = (
            None if self._inflate else isal_zlib.compressobj(COMPRESSION_LEVEL, wbits=31)
        )

    def write(self, chunk: bytes) -> None:
        """Take the next bytes as sent.

        Raises:
            ValueError: the compressed body is corrupt.
        """
        if self._deflate:
            self._look_at(chunk)
            self._file.write(self._deflate.compress(chunk))
        else:
            self._inflate_and_look_at(chunk)
            self._file.write(chunk)

    def _inflate_and_look_at(self, chunk: bytes) -> None:
        assert self._inflate is not None  # noqa: S101  narrows for mypy
        while chunk:
            try:
                piece = self._inflate.decompress(chunk, READ_CHUNK)
            except isal_zlib.error:  # type: ignore[misc]  # its stub lacks the base class
                raise ValueError("the compressed body is corrupt") from None
            self._look_at(piece)
            chunk = self._inflate.unconsumed_tail
            if self._inflate.eof and (chunk := self._inflate.unused_data):
                self._inflate = isal_zlib.decompressobj(
                    wbits=31
                )  # gzip may come in several members

    def _look_at(self, piece: bytes) -> None:
        self._hash.update(piece)
        if self._reader:
            self._reader.feed(piece)

    def finish(self) -> str:
        """Complete the file; returns the sha256 of the uncompressed body.

        Raises:
            EOFError: the body ends before it is complete.
            ValueError: it is not what the reader wants.
        """
        if self._inflate:
            if not self._inflate.eof:
                raise EOFError("the compressed body is cut short")
        elif self._deflate:
            self._file.write(self._deflate.flush())
        if self._reader:
            self._reader.close()
        self._file.flush()
        return self._hash.hexdigest()
