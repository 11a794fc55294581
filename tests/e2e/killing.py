"""Killing a refresh at a chosen moment, and readers that look at the warehouse all the while."""

import gzip
import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

PROGRAM = str(Path(sys.executable).with_name("atlas-costs"))
PHASES = ("extract", "load", "build", "publish")
ENDED = "ended"
TOTAL = "select sum(cost_cents)::bigint from marts.fct_line_items"
NOT_PUBLISHED = "not published yet"
# From the lock being taken to the last word, a little more than a run takes on a busy machine.
PATIENCE_S = 300.0


class Refresh:
    """`atlas-costs refresh` as a process group of its own, and which phase it seems to be in."""

    def __init__(self, data: Path, environment: dict[str, str], log: Path) -> None:
        self._data = data
        self._log = log
        self._began = time.time_ns()
        with log.open("w") as file:
            self._process = subprocess.Popen(
                [PROGRAM, "refresh"],
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """Everything it wrote so far."""
        return self._log.read_text()

    @property
    def phase(self) -> str:
        """What it is busy with, told from its log, its lock and the files it leaves.

        The inventory is loaded between two halves of the extraction; that counts as extraction.
        """
        said = self.said
        if "published version" in said or self._process.poll() is not None:
            return ENDED
        if self._is_verified():
            return "publish"
        if "building and testing" in said:
            return "build"
        if "reading the pending invoice" in said:
            return "load"
        return "extract" if self._holds_the_lock() else "start"

    def _is_verified(self) -> bool:
        try:
            return (self._data / "build/marts.verified").stat().st_mtime_ns > self._began
        except FileNotFoundError:
            return False

    def _holds_the_lock(self) -> bool:
        lock = self._data / "build/run.lock"
        return lock.exists() and f'"pid": {self._process.pid},' in lock.read_text()

    def wait_for(self, phase: str) -> None:
        """Return when it enters the phase, or has gone past it."""
        order = ("start", *PHASES, ENDED)
        until = time.monotonic() + PATIENCE_S
        while order.index(self.phase) < order.index(phase):
            assert time.monotonic() < until, f"never came to {phase}:\n{self.said}"
            time.sleep(0.005)

    def kill(self, *, alone: bool = False) -> str:
        """Kill -9 the group, or the process alone; returns the phase it was in.

        It is stopped first, so that it cannot go on between the look and the blow.
        """
        if self._process.poll() is not None:
            assert self._process.returncode == 0, self.said
            return ENDED
        os.killpg(self._process.pid, signal.SIGSTOP)
        phase = self.phase
        if alone:
            self._process.kill()
            os.killpg(self._process.pid, signal.SIGCONT)
        else:
            self.end()
        self._process.wait()
        return phase

    def end(self) -> None:
        """Leave nothing of it behind, however it is."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def finish(self) -> int:
        """Let it run to its end; its exit code."""
        return self._process.wait(PATIENCE_S)


@contextmanager
def watched(link: Path, notes: Path) -> Iterator[list[Path]]:
    """Two processes that sum the published lines again and again, as long as the block lasts.

    One resolves the link first, one leaves that to DuckDB. Yields the files where each notes what
    it saw, whenever that changed.
    """
    spawn = multiprocessing.get_context("spawn")
    files = [notes / "resolved.jsonl", notes / "plain.jsonl"]
    readers = [
        spawn.Process(target=_watch, args=(link, file, file.stem == "resolved"), daemon=True)
        for file in files
    ]
    for each in readers:
        each.start()
    try:
        yield files
    finally:
        assert all(each.is_alive() for each in readers)
        for each in readers:
            each.kill()  # SIGTERM is ignored by what was begun in the background of a shell
            each.join()


def seen(file: Path) -> list[int | str]:
    """What a reader saw, in order: totals in cents, or why it saw none."""
    return [json.loads(line) for line in file.read_text().splitlines(keepends=True)]


def _watch(link: Path, notes: Path, is_resolving: bool) -> None:
    last: int | str | None = None
    with notes.open("w", buffering=1) as file:
        while True:
            found = _look(link, is_resolving)
            if found != last:
                file.write(json.dumps(found) + "\n")
                last = found
            time.sleep(0.1)


def _look(link: Path, is_resolving: bool) -> int | str:
    if not link.is_symlink():
        return NOT_PUBLISHED
    try:
        with duckdb.connect(
            str(link.resolve() if is_resolving else link), read_only=True, config={"threads": 1}
        ) as db:
            [[cents]] = db.execute(TOTAL).fetchall()
    except Exception as error:  # noqa: BLE001  whatever a reader meets is what this looks for
        return f"{type(error).__name__}: {error}"
    return int(cents)


def damaged(landing: Path) -> list[Path]:
    """Landed bodies that are not what their name says."""
    return [
        path
        for path in landing.rglob("*.gz")
        if hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest()
        != path.name.partition(".")[0]
    ]


def litter(data: Path) -> list[Path]:
    """Files that only a run under way has a use for."""
    in_data = [each for each in data.glob(".*") if each.name.startswith(".atlas_costs.duckdb")]
    parts = [*(data / "landing").rglob("*.part"), *(data / "versions").glob("*.part*")]
    cut = [each for each in (data / "build/slices").rglob(".*") if each.is_file()]
    return [*in_data, *parts, *cut, *(data / "build/slices/.cutting").glob("*")]


def landed_invoices(landing: Path) -> dict[str, str]:
    """Closed invoice → when its newest document was noted; what a kill cut short does not count."""
    found: dict[str, str] = {}
    for journal in landing.glob("*/observations.jsonl"):
        for line in journal.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                continue
            each = json.loads(line)
            if each["entity"] == "invoices" and each["scope"] != "pending" and each["files"]:
                found[each["scope"]] = each["observed_at"]
    return found


def loaded_lines(raw: Path) -> dict[str, int]:
    """Invoice → lines of it in the pipeline's own tables, as a crash left them."""
    if not raw.exists():
        return {}
    with duckdb.connect(str(raw), read_only=True) as db:
        tables = db.execute("select table_name from duckdb_tables()").fetchall()
        if ("stored_line_items",) not in tables:
            return {}
        return dict(
            db.execute(
                "select _invoice_id, count(*) from stored_line_items group by all"
            ).fetchall()
        )


def built_total(marts: Path) -> int:
    """The total of marts that were built and not published."""
    with duckdb.connect() as db:
        db.execute("attach $file as warehouse (read_only)", {"file": str(marts)})
        db.execute("use warehouse")
        [[cents]] = db.execute(TOTAL).fetchall()
    return int(cents)
