"""One run at a time on the build files; the lock file names who holds it."""

import fcntl
import json
import logging
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from orchestration.warehouse.errors import AlreadyRunning, FileInUse

log = logging.getLogger("atlas_costs")
# A killed refresh leaves its dbt behind, which ends by itself once it has built what it can.
PATIENCE_S = 120.0
POLL_S = 0.5
INSTANT_S = 1.0


@contextmanager
def run_lock(build_dir: Path, run_id: str) -> Iterator[None]:
    """Hold the build folder; the operating system frees it should this process die.

    Raises:
        AlreadyRunning: naming the other run, its process and its start.
    """
    build_dir.mkdir(parents=True, exist_ok=True)
    with (build_dir / "run.lock").open("a+") as file:
        if not _locked(file):
            raise AlreadyRunning(_who_holds(file.name))
        file.truncate(0)
        holder = {"run": run_id, "pid": os.getpid(), "since": f"{datetime.now(UTC):%F %T} UTC"}
        file.write(json.dumps(holder))
        file.flush()
        yield
        file.truncate(0)


def _locked(file: IO[str]) -> bool:
    """Whether it could be had: a command that clears away at its start holds it for an instant."""
    until = time.monotonic() + INSTANT_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(INSTANT_S / 10)
        else:
            return True


def holder(build_dir: Path) -> str | None:
    """Who holds the build folder now, in words; None where nobody does. Nothing is written."""
    lock = build_dir / "run.lock"
    if not lock.exists():
        return None
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _who(lock)
    return None


def _who_holds(path: str) -> str:
    return f"Another refresh is running: {_who(Path(path))}. Wait for it to end, then try again."


def _who(lock: Path) -> str:
    try:
        found = json.loads(lock.read_text())
        return f"run {found['run']} (process {found['pid']}), started {found['since']}"
    except (ValueError, KeyError):
        return "a run that is just starting"


def wait_until_free(files: Iterable[Path], patience_s: float = PATIENCE_S) -> None:
    """Wait for whoever still holds the build files: the run lock died with its holder, dbt did not.

    Raises:
        FileInUse: a file is still held after that.
    """
    until = time.monotonic() + patience_s
    for file in files:
        has_told = False
        while _is_held(file):
            if time.monotonic() > until:
                raise FileInUse(
                    f"{file} is in use by another process, which a killed run may have left "
                    "behind, or which reads it: end that process and run again; what was "
                    "published before is unchanged."
                )
            if not has_told:
                log.info("waiting for another process to let go of %s", file.name)
                has_told = True
            time.sleep(POLL_S)


def _is_held(file: Path) -> bool:
    """Whether another process has the lock that DuckDB takes on a file it opens.

    Never asked while this process has the file open: closing any descriptor of a file drops all
    of a process's POSIX locks on it, DuckDB's included.
    """
    try:
        with file.open("rb+") as opened:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
