"""One run at a time on the build files; the lock file names who holds it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from orchestration.warehouse.errors import AlreadyRunning


@contextmanager
def run_lock(build_dir: Path, run_id: str) -> Iterator[None]:
    """Hold the build folder; the operating system frees it should this process die.

    Raises:
        AlreadyRunning: naming the other run, its process and its start.
    """
    build_dir.mkdir(parents=True, exist_ok=True)
    with (build_dir / "run.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_who_holds(file.name)) from None
        file.truncate(0)
        holder = {"run": run_id, "pid": os.getpid(), "since": f"{datetime.now(UTC):%F %T} UTC"}
        file.write(json.dumps(holder))
        file.flush()
        yield
        file.truncate(0)


def _who_holds(path: str) -> str:
    try:
        holder = json.loads(Path(path).read_text())
        who = f"run {holder['run']} (process {holder['pid']}), started {holder['since']}"
    except (ValueError, KeyError):
        who = "a run that is just starting"
    return f"Another refresh is running: {who}. Wait for it to end, then try again."
