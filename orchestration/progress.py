"""What a person sees of a run: bars on a terminal, one plain line a message elsewhere.

The logger is managed by Dagster as well (see commands.dagster_home), so its UI shows the messages.
"""

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

NAME = "atlas_costs"
log = logging.getLogger(NAME)


class Sink(Protocol):
    """Takes bytes."""

    def write(self, chunk: bytes, /) -> object:
        """The next bytes."""


class Downloads:
    """How far the invoices of each connection are; this one says each document in the log."""

    def expect(self, connection: str, documents: int) -> None:
        """So many documents will be read."""

    def begin(self, connection: str, what: str) -> None:
        """A document is asked for."""
        log.info("%s: reading %s", connection, what)

    def counted(self, connection: str, sink: Sink) -> Sink:  # noqa: ARG002
        """A sink that counts what it is given."""
        return sink

    def add_lines(self, connection: str, lines: int) -> None:
        """A document had so many lines."""

    def finished(self, connection: str) -> None:
        """A document is done with, well or not."""


class Bars(Downloads):
    """One bar a connection: documents, bytes as sent, lines, time left."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}
        self._totals: dict[str, list[int]] = {}
        self._lock = threading.Lock()

    def expect(self, connection: str, documents: int) -> None:
        """Show a bar."""
        with self._lock:
            self._totals[connection] = [0, 0]
            self._tasks[connection] = self._progress.add_task(
                connection, total=documents, megabytes="0.0", lines="0"
            )

    def begin(self, connection: str, what: str) -> None:
        """The bar says enough."""

    def counted(self, connection: str, sink: Sink) -> Sink:
        """Count bytes as they come."""
        return _Counting(sink, lambda size: self._add(connection, size=size))

    def add_lines(self, connection: str, lines: int) -> None:
        """Count lines."""
        self._add(connection, lines=lines)

    def finished(self, connection: str) -> None:
        """One document further."""
        self._progress.advance(self._tasks[connection])

    def _add(self, connection: str, size: int = 0, lines: int = 0) -> None:
        with self._lock:
            totals = self._totals[connection]
            totals[0] += size
            totals[1] += lines
        self._progress.update(
            self._tasks[connection], megabytes=f"{totals[0] / 1e6:.1f}", lines=f"{totals[1]:,}"
        )


class _Counting:
    def __init__(self, sink: Sink, count: Callable[[int], None]) -> None:
        self._sink = sink
        self._count = count

    def write(self, chunk: bytes) -> None:
        self._sink.write(chunk)
        self._count(len(chunk))


@contextmanager
def downloads() -> Iterator[Downloads]:
    """Bars where the logger writes to a terminal, lines elsewhere."""
    console = next((each.console for each in log.handlers if isinstance(each, RichHandler)), None)
    if console is None:
        yield Downloads()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} invoices"),
        TextColumn("{task.fields[megabytes]} MB"),
        TextColumn("{task.fields[lines]} lines"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield Bars(progress)


def to_the_terminal() -> None:
    """Write the messages of the logger `atlas_costs` to standard error."""
    handler: logging.Handler
    if sys.stderr.isatty():
        handler = RichHandler(console=Console(stderr=True), show_path=False, show_level=False)
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%H:%M:%S"))
    log.setLevel(logging.INFO)
    log.handlers = [handler]
    log.propagate = False
