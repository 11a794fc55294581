"""`atlas-costs serve`: one part of what `up` runs together, such as in a container of its own.

Parts find each other, and a proxy finds them, by sockets in one folder that this user alone may
open: neither Dagster's code server nor its pages ask who is there, so nothing of them listens on
a network, whatever else does.
"""

import logging
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.commands import processes
from orchestration.commands.dagster_home import prepare, put_in_order
from orchestration.commands.parts import Part, socket_of
from orchestration.commands.processes import Command
from orchestration.settings import Settings

log = logging.getLogger("atlas_costs")


def serve(settings: Settings, part: Part, *, read_only: bool = False) -> int:
    """Run a part until a signal ends it, or it ends itself; its exit code.

    Dagster's code, whose children the runs are, also puts its storage in order each hour.
    """
    settings.sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
    processes.stop_on_signals()
    hourly = (lambda: put_in_order(settings)) if part is Part.CODE else None
    try:
        _prepare(settings, part)
        with (
            _command(settings, part, read_only=read_only) as command,
            processes.running(command) as started,
        ):
            return processes.wait_for_any(started, hourly=hourly)
    except KeyboardInterrupt:
        return 0


def _prepare(settings: Settings, part: Part) -> None:
    if part is Part.CODE:
        put_in_order(settings)
    elif part is not Part.DASHBOARD:
        _wait_for_code(socket_of(settings, Part.CODE))
        prepare(settings)


def _wait_for_code(channel: Path) -> None:
    """The first to open Dagster's storage makes its tables, and without code there is no page."""
    has_told = False
    while not processes.listens(channel):
        if not has_told:
            log.info("waiting for `atlas-costs serve code` at %s", channel)
            has_told = True
        time.sleep(processes.POLL_S)


@contextmanager
def _command(settings: Settings, part: Part, *, read_only: bool) -> Iterator[Command]:
    place = socket_of(settings, part)
    with tempfile.TemporaryDirectory(prefix="atlas-costs-") as folder:
        workspace = Path(folder) / "workspace.yaml"
        processes.write_workspace(workspace, socket_of(settings, Part.CODE))
        makers: dict[Part, Callable[[], Command]] = {
            Part.CODE: lambda: processes.code_server_command(place),
            Part.DAEMON: lambda: processes.daemon_command(workspace),
            Part.DAGSTER: lambda: processes.dagster_ui_command(
                f"unix://{place}", 0, workspace, read_only=read_only
            ),
            Part.DASHBOARD: lambda: processes.dashboard_command(f"unix://{place}", 0),
        }
        yield makers[part]()
