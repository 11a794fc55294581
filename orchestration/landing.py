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
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import quote

JOURNAL = "observations.jsonl"
# Level 1 costs a third of level 6's CPU for a tenth more disk.
COMPRESSION_LEVEL = 1
READ_CHUNK = 1 << 20

Verify = Callable[["LandedFile"], None]


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
    """

    observed_at: str
    entity: str
    scope: str
    files: tuple[str, ...] = ()
    meta: dict[str, Any] = field(default_factory=dict)
    error: str | None = None

    def says_the_same_as(self, other: "Observation | None") -> bool:
        """Whether nothing differs but the time."""
        if other is None:
            return False
        return (self.files, self.meta, self.error) == (other.files, other.meta, other.error)


class Landing:
    """The landing folder of one connection. Threads may share it; processes hold the run lock."""

    def __init__(self, root: Path, connection: str) -> None:
        self.root = root
        self.connection = connection
        self._folder = root / quote(connection, safe="")
        self._journal = self._folder / JOURNAL
        self._lock = threading.Lock()
        self._latest = {(each.entity, each.scope): each for each in self.observations()}

    def observations(self) -> Iterator[Observation]:
        """Every observation, oldest first. A last line that a crash cut short is no observation."""
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

    def observe_unreadable(self, entity: str, scope: str, error: str) -> bool:
        """Note that a scope could not be read; what was seen before stays current."""
        before = self._latest.get((entity, scope))
        files, meta = (before.files, before.meta) if before else ((), {})
        return self._note(Observation(_now(), entity, scope, files, meta, error))

    def read(self, seen: Observation) -> list[bytes]:
        """The bodies an observation names, in page order."""
        return [gzip.decompress((self.root / name).read_bytes()) for name in seen.files]

    def put(self, entity: str, scope: str, body: bytes) -> LandedFile:
        """Land a small body that is already in memory."""
        with self._writing(entity, scope, "") as writer:
            writer.write(body)
        return writer.landed

    @contextmanager
    def receive(
        self, entity: str, scope: str, content_encoding: str, verify: Verify | None = None
    ) -> Iterator["BodyWriter"]:
        """Land a streamed body; gzip stays as sent. Leaving by an exception keeps nothing.

        Args:
            entity: Atlas entity, such as invoices.
            scope: What of it, such as an invoice id or `pending`.
            content_encoding: The answer's Content-Encoding: empty, identity or gzip.
            verify: Looks at the finished file before it counts; raises EOFError where it is
                cut short, ValueError where it is not what it should be.
        """
        with self._writing(entity, scope, content_encoding, verify) as writer:
            yield writer

    @contextmanager
    def _writing(
        self, entity: str, scope: str, encoding: str, verify: Verify | None = None
    ) -> Iterator["BodyWriter"]:
        folder = self._folder / entity / quote(scope, safe="")
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{os.getpid()}-{threading.get_ident()}.part"
        try:
            with temporary.open("wb") as file:
                writer = BodyWriter(file, encoding)
                yield writer
                sha256 = writer.finish()
                os.fsync(file.fileno())
            self._keep(writer, temporary, folder / f"{sha256}.json.gz", verify)
        finally:
            temporary.unlink(missing_ok=True)

    def _keep(
        self, writer: "BodyWriter", temporary: Path, target: Path, verify: Verify | None
    ) -> None:
        is_new = not target.exists()
        sha256 = target.name.removesuffix(".json.gz")
        if verify is not None:
            verify(LandedFile(temporary, sha256, is_new))
        if is_new:
            temporary.replace(target)
            sync_folder(target.parent)
        writer.landed = LandedFile(target, sha256, is_new)

    def _note(self, seen: Observation) -> bool:
        key = (seen.entity, seen.scope)
        with self._lock:
            if seen.says_the_same_as(self._latest.get(key)):
                return False
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._journal.open("ab") as journal:
                _drop_torn_line(self._journal)
                journal.write(json.dumps(asdict(seen), sort_keys=True).encode() + b"\n")
                journal.flush()
                os.fsync(journal.fileno())
            self._latest[key] = seen
            return True


class BodyWriter:
    """Writes a body compressed while hashing what it uncompresses to."""

    landed: LandedFile

    def __init__(self, file: IO[bytes], content_encoding: str) -> None:
        if content_encoding not in {"", "identity", "gzip"}:
            raise ValueError(f"cannot read Content-Encoding {content_encoding}")
        self._file = file
        self._hash = hashlib.sha256()
        self._inflate = zlib.decompressobj(wbits=31) if content_encoding == "gzip" else None
        self._deflate = None if self._inflate else zlib.compressobj(COMPRESSION_LEVEL, wbits=31)

    def write(self, chunk: bytes) -> None:
        """Take the next bytes as sent.

        Raises:
            ValueError: the compressed body is corrupt.
        """
        if self._deflate:
            self._hash.update(chunk)
            self._file.write(self._deflate.compress(chunk))
            return
        try:
            self._inflate_into_hash(chunk)
        except zlib.error:
            raise ValueError("the compressed body is corrupt") from None
        self._file.write(chunk)

    def _inflate_into_hash(self, chunk: bytes) -> None:
        assert self._inflate is not None  # noqa: S101  narrows for mypy
        while chunk:
            self._hash.update(self._inflate.decompress(chunk, READ_CHUNK))
            chunk = self._inflate.unconsumed_tail

    def finish(self) -> str:
        """Complete the file; returns the sha256 of the uncompressed body.

        Raises:
            EOFError: the compressed body ends before it is complete.
        """
        if self._inflate:
            if not self._inflate.eof:
                raise EOFError("the compressed body is cut short")
        elif self._deflate:
            self._file.write(self._deflate.flush())
        self._file.flush()
        return self._hash.hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


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
