"""Atlas read by several processes: each has a share of the connections, and lands it.

None of them opens the warehouse; whoever started them loads what they landed. The share goes in as
JSON on a worker's stdin, and what came of it out on its stdout. A lock for each connection keeps
two from reading the same one, also a worker that outlived whoever started it.
"""

import logging
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from pydantic import BaseModel

from orchestration.atlas.records import InvoiceMetadata
from orchestration.warehouse.errors import LoadError

WORKER = "orchestration.refreshing.worker"
log = logging.getLogger("atlas_costs")
Process = subprocess.Popen[bytes]


class Share(BaseModel):
    """What one worker reads.

    Attributes:
        connections: By name.
        from_month: First month (YYYY-MM), or None for the settings' history.
        months: Those to read again whether they changed or not.
    """

    connections: list[str]
    from_month: str | None
    months: list[str]


class Outcome(BaseModel):
    """What came of one connection.

    Attributes:
        failure: Why nothing more was asked of it, which its journal has too; or None.
        listed: The invoices that Atlas lists.
    """

    failure: str | None = None
    listed: list[InvoiceMetadata] = []


class Report(BaseModel):
    """What a worker says when it is done.

    Attributes:
        outcomes: By connection.
        error: What is no fault of one connection, such as a full disk.
    """

    outcomes: dict[str, Outcome] = {}
    error: str | None = None


def read_by_workers(
    count: int, connections: Sequence[str], from_month: str | None, months: Sequence[str]
) -> dict[str, Outcome]:
    """Have connections read; those whose worker was killed are not in the answer.

    Raises:
        LoadError: a worker ended for a reason that is no fault of one connection.
    """
    dealt = [list(connections[start::count]) for start in range(min(count, len(connections)))]
    with ExitStack() as held:
        begun = []
        for each in dealt:
            share = Share(connections=each, from_month=from_month, months=list(months))
            begun.append(held.enter_context(_begin(share)))
            held.callback(_end, begun[-1])
        log.info("%d connections are read by %d workers", len(connections), len(begun))
        reports = [_report(each) for each in begun]
    return {name: outcome for each in reports for name, outcome in each.outcomes.items()}


def _begin(share: Share) -> Process:
    process = subprocess.Popen(
        [sys.executable, "-m", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None  # noqa: S101  it is a pipe
    process.stdin.write(share.model_dump_json().encode() + b"\n")
    process.stdin.flush()
    return process


def _report(process: Process) -> Report:
    said, _ = process.communicate()
    if process.returncode < 0:
        name = signal.Signals(-process.returncode).name
        log.warning("a worker was ended by %s: the next refresh reads what it had not", name)
        return Report()
    if process.returncode:
        raise LoadError(f"A worker that reads Atlas ended with exit code {process.returncode}.")
    found = Report.model_validate_json(said)
    if found.error:
        raise LoadError(found.error)
    return found


def _end(process: Process) -> None:
    """Whoever is still at it when another failed, or Ctrl-C came."""
    if process.poll() is None:
        process.terminate()
