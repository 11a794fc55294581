"""One process at a time reads a connection: a refresh reads all, a backfill one in each run.

What is landed has one writer that way, and no connection waits for another: a refresh goes on
without one that is being read.
"""

import fcntl
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from orchestration.config.connections import SettingsError
from orchestration.files import as_name

FOLDER, ANY = "reading", "any of them"  # a space is in no connection's name
SPARE_FILES = 256


class BeingRead(SettingsError):
    """Another process reads this connection; the message names it."""


@contextmanager
def hold(build_dir: Path, connection: str) -> Iterator[None]:
    """Read one connection alone; the operating system ends it should this process die.

    Raises:
        BeingRead: another process does.
    """
    with somebody_reads(build_dir), alone(build_dir, connection):
        yield


@contextmanager
def alone(build_dir: Path, connection: str) -> Iterator[None]:
    """One of several connections that this process reads; it says once that somebody reads.

    Raises:
        BeingRead: another process does.
    """
    with _opened(build_dir, connection) as own:
        if not _is_taken(own):
            raise BeingRead(
                f"{connection} is being read by another run: what it lands is loaded by the "
                "refresh after it."
            )
        yield


@contextmanager
def somebody_reads(build_dir: Path) -> Iterator[None]:
    """Let nobody_reads be false."""
    with _opened(build_dir, ANY) as all_of_them:
        fcntl.flock(all_of_them, fcntl.LOCK_SH)
        yield


@contextmanager
def nobody_reads(build_dir: Path) -> Iterator[bool]:
    """Whether no connection is being read; while it is so, none begins to be."""
    with _opened(build_dir, ANY) as all_of_them:
        yield _is_taken(all_of_them)


@contextmanager
def _opened(build_dir: Path, name: str) -> Iterator[IO[str]]:
    folder = build_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{as_name(name)}.lock").open("a") as file:
        yield file


def _is_taken(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def allow_open_files(count: int) -> None:
    """Let this process have so many files open, or as many as it may: often that is 1,024 at first.

    A connection has its lock for as long as a run reads it, and sockets.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + SPARE_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
