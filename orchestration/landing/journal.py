"""A response becomes a file: what Atlas sent, compressed, named by the hash of its body.

`landing/<connection>/<entity>/<scope>/<sha256>.json.gz` holds each distinct body once. Which
body was current when is told by `landing/<connection>/observations.jsonl`, a journal that gets a
line only when something differs from what was last seen. From the two, everything behind them
can be rebuilt without calling Atlas. What was superseded may lie in a scope's pack of a month.
"""

import json
import os
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration import audit
from orchestration.files import as_name, keep
from orchestration.landing import packs
from orchestration.landing.bodies import BodyWriter, LandedFile, Reader

JOURNAL = "observations.jsonl"
JSON, CSV = ".json.gz", ".csv.gz"


class LandingClosed(Exception):
    """The run went on without this worker."""


class JournalError(Exception):
    """The landing journal is damaged; what Atlas sent is still there, file by file."""


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
        self._folder = root / as_name(connection)
        self._journal = self._folder / JOURNAL
        self._lock = threading.Lock()
        self._is_closed = False
        self._all = list(self._in_journal())
        self._latest: dict[str, dict[str, Observation]] = defaultdict(dict)
        for each in self._all:
            self._latest[each.entity][each.scope] = each

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
        with self._lock:
            return dict(self._latest[entity])

    def observe(
        self,
        entity: str,
        scope: str,
        files: list[LandedFile],
        meta: dict[str, Any] | None = None,
    ) -> bool:
        """Note what is current now; returns whether it differs from before."""
        paths = tuple(each.path.relative_to(self.root).as_posix() for each in files)
        return self._note(Observation(now(), entity, scope, paths, meta or {}))

    def observe_unreadable(self, entity: str, scope: str, error: str, cause: str = "") -> bool:
        """Note that a scope could not be read; what was seen before stays current."""
        before = self.current(entity).get(scope)
        files, meta = (before.files, before.meta) if before else ((), {})
        return self._note(Observation(now(), entity, scope, files, meta, error, cause))

    def read(self, seen: Observation) -> list[bytes]:
        """The bodies an observation names, in page order."""
        found = []
        for name in seen.files:
            with packs.opened(self.root / name) as body:
                found.append(body.read())
        return found

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
    ) -> Iterator[BodyWriter]:
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
    ) -> Iterator[BodyWriter]:
        folder = self._folder / entity / as_name(scope)
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{os.getpid()}-{threading.get_ident()}.part"
        try:
            with temporary.open("wb") as file:
                writer = BodyWriter(file, encoding, reader)
                yield writer
                sha256 = writer.finish()
            writer.landed = _keep(temporary, folder / f"{sha256}{suffix}", sha256)
        finally:
            temporary.unlink(missing_ok=True)

    def _note(self, seen: Observation) -> bool:
        with self._lock:
            if self._is_closed:
                raise LandingClosed
            if seen.says_the_same_as(self._latest[seen.entity].get(seen.scope)):
                return False
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._journal.open("ab") as journal:
                _drop_torn_line(self._journal)
                journal.write(json.dumps(asdict(seen), sort_keys=True).encode() + b"\n")
                journal.flush()
                os.fsync(journal.fileno())
            self._latest[seen.entity][seen.scope] = seen
            self._all.append(seen)
            return True


def _keep(temporary: Path, target: Path, sha256: str) -> LandedFile:
    is_new = not target.exists()
    if is_new:
        keep(temporary, target)
    return LandedFile(target, sha256, is_new)


def now() -> str:
    """ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def drop_litter(root: Path) -> None:
    """Throw away what a killed process was receiving; only under the run lock.

    Actions do not take it: what lies in their folder may be being written now.
    """
    for part in litter(root):
        part.unlink(missing_ok=True)


def litter(root: Path) -> Iterator[Path]:
    """What drop_litter throws away."""
    return (each for each in root.glob("*/*/*/.*.part") if each.parts[-3] != audit.FOLDER)


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
