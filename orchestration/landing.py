"""A response becomes a file: what Atlas sent, compressed, named by the hash of its body.

`landing/<connection>/<entity>/<scope>/<sha256>.json.gz` holds each distinct body once. Which
body was current when is told by `landing/<connection>/observations.jsonl`, a journal that gets a
line only when something differs from what was last seen. From the two, everything behind them
can be rebuilt without calling Atlas.
"""

import gzip
import hashlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Protocol, cast
from urllib.parse import quote

from isal import isal_zlib

JOURNAL = "observations.jsonl"
JSON, CSV = ".json.gz", ".csv.gz"
# Intel's codec inflates twice as fast as zlib, and deflates at its level 1 in a third of the time.
COMPRESSION_LEVEL = 1
READ_CHUNK = 1 << 20


class Reader(Protocol):
    """Looks at a body while it is received."""

    def feed(self, chunk: bytes, /) -> object:
        """The next uncompressed bytes; raises ValueError where they are not what they should be."""

    def close(self) -> object:
        """The body has ended; raises EOFError where it is cut short, ValueError as above."""


class LandingClosed(Exception):
    """The run went on without this worker."""


class JournalError(Exception):
    """The landing journal is damaged; what Atlas sent is still there, file by file."""


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
        return cast("IO[bytes]", gzip.open(self.path, "rb"))


@dataclass(frozen=True)
class Observation:
    """What was current for one scope (an organization, a project, an invoice) from a time on.

    Attributes:
        observed_at: ISO 8601, UTC.
        files: Paths below the landing folder, in page order; empty where there was nothing.
        meta: Small facts that loading needs, such as the invoices a document contains.
        error: Why it could not be read, or None; the files seen before then stay current.
        cause: The error in a word or two, such as `missing role`.
    """

    observed_at: str
    entity: str
    scope: str
    files: tuple[str, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    cause: str = ""

    def says_the_same_as(self, other: "Observation | None") -> bool:
        """Whether nothing differs but the time."""
        if other is None:
            return False
        mine = (self.files, self.meta, self.error, self.cause)
        return mine == (other.files, other.meta, other.error, other.cause)


class Landing:
    """The landing folder of one connection. Threads may share it; processes hold the run lock."""

    def __init__(self, root: Path, connection: str) -> None:
        self.root = root
        self.connection = connection
        self._folder = root / quote(connection, safe="")
        self._journal = self._folder / JOURNAL
        self._lock = threading.Lock()
        self._is_closed = False
        self._all = list(self._in_journal())
        self._latest = {(each.entity, each.scope): each for each in self._all}

    def observations(self) -> list[Observation]:
        """Every observation, oldest first."""
        with self._lock:
            return list(self._all)

    def close(self) -> None:
        """Nothing more is noted: a worker that was given up on must not write behind a load."""
        with self._lock:
            self._is_closed = True

    def _in_journal(self) -> Iterator[Observation]:
        """A last line that a crash cut short is no observation."""
        if not self._journal.exists():
            return
        with self._journal.open("rb") as journal:
            for line in journal:
                if line.endswith(b"\n"):
                    yield self._observation(line)

    def _observation(self, line: bytes) -> Observation:
        try:
            fields = json.loads(line)
            return Observation(**{**fields, "files": tuple(fields["files"])})
        except (ValueError, KeyError, TypeError):
            raise JournalError(
                f"The journal {self._journal} has a line that cannot be read: restore it from a "
                "backup, or move the folder beside it away to read everything from Atlas again."
            ) from None

    def current(self, entity: str) -> dict[str, Observation]:
        """The latest observation of each scope of an entity."""
        return {scope: seen for (name, scope), seen in self._latest.items() if name == entity}

    def observe(
        self,
        entity: str,
        scope: str,
        files: list[LandedFile],
        meta: dict[str, Any] | None = None,
    ) -> bool:
        """Note what is current now; returns whether it differs from before."""
        paths = tuple(each.path.relative_to(self.root).as_posix() for each in files)
        return self._note(Observation(_now(), entity, scope, paths, meta or {}))

    def observe_unreadable(self, entity: str, scope: str, error: str, cause: str = "") -> bool:
        """Note that a scope could not be read; what was seen before stays current."""
        before = self._latest.get((entity, scope))
        files, meta = (before.files, before.meta) if before else ((), {})
        return self._note(Observation(_now(), entity, scope, files, meta, error, cause))

    def read(self, seen: Observation) -> list[bytes]:
        """The bodies an observation names, in page order."""
        return [gzip.decompress((self.root / name).read_bytes()) for name in seen.files]

    def put(self, entity: str, scope: str, body: bytes) -> LandedFile:
        """Land a small body that is already in memory."""
        with self._writing(entity, scope, "", JSON, None) as writer:
            writer.write(body)
        return writer.landed

    @contextmanager
    def receive(
        self,
        entity: str,
        scope: str,
        content_encoding: str,
        reader: Reader | None = None,
        suffix: str = JSON,
    ) -> Iterator["BodyWriter"]:
        """Land a streamed body; gzip stays as sent. Leaving by an exception keeps nothing.

        Args:
            entity: Atlas entity, such as invoices.
            scope: What of it, such as an invoice id or `pending`.
            content_encoding: The answer's Content-Encoding: empty, identity or gzip.
            reader: Looks at the uncompressed body as it comes; what it refuses is not landed.
            suffix: Of the file's name.
        """
        with self._writing(entity, scope, content_encoding, suffix, reader) as writer:
            yield writer

    @contextmanager
    def _writing(
        self, entity: str, scope: str, encoding: str, suffix: str, reader: Reader | None
    ) -> Iterator["BodyWriter"]:
        folder = self._folder / entity / quote(scope, safe="")
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{os.getpid()}-{threading.get_ident()}.part"
        try:
            with temporary.open("wb") as file:
                writer = BodyWriter(file, encoding, reader)
                yield writer
                sha256 = writer.finish()
                os.fsync(file.fileno())
            writer.landed = _keep(temporary, folder / f"{sha256}{suffix}", sha256)
        finally:
            temporary.unlink(missing_ok=True)

    def _note(self, seen: Observation) -> bool:
        key = (seen.entity, seen.scope)
        with self._lock:
            if self._is_closed:
                raise LandingClosed
            if seen.says_the_same_as(self._latest.get(key)):
                return False
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._journal.open("ab") as journal:
                _drop_torn_line(self._journal)
                journal.write(json.dumps(asdict(seen), sort_keys=True).encode() + b"\n")
                journal.flush()
                os.fsync(journal.fileno())
            self._latest[key] = seen
            self._all.append(seen)
            return True


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


def _keep(temporary: Path, target: Path, sha256: str) -> LandedFile:
    is_new = not target.exists()
    if is_new:
        temporary.replace(target)
        sync_folder(target.parent)
    return LandedFile(target, sha256, is_new)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def drop_litter(root: Path) -> None:
    """Throw away what a killed process was receiving; only under the run lock."""
    for part in root.glob("*/*/*/.*.part"):
        part.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename inside a folder survive a crash of the machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _drop_torn_line(journal: Path) -> None:
    """A crash may leave a line without its end; the next line must not be glued to it."""
    size = journal.stat().st_size
    if not size:
        return
    with journal.open("rb+") as file:
        file.seek(size - 1)
        if file.read(1) == b"\n":
            return
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)
