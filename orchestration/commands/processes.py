"""Starting the long-running parts (Dagster, dashboard, sandbox) and stopping them together."""

import ipaddress
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from orchestration.commands.leash import GRACE_S, leash
from orchestration.settings import SHIPPED, SettingsError

Command = list[str]
Processes = list[subprocess.Popen[bytes]]
DEFINITIONS = "orchestration.definitions"
POLL_S = 0.2
HOUR_S = 3600.0
log = logging.getLogger("atlas_costs")


def require_free_port(host: str, port: int, option: str) -> None:
    """Fail early and by name, not in the middle of another program's start.

    Raises:
        SettingsError: the port is in use.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"Port {port} on {host} cannot be used ({error.strerror}): stop what uses it, or "
                f"choose another with {option}."
            ) from None


def stop_on_signals() -> None:
    """Let Ctrl-C and a service manager's SIGTERM both end in an orderly stop.

    A shell starts background jobs with SIGINT ignored, which children would inherit: Dagster
    could then only be killed.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def code_server_command(channel: Path) -> Command:
    """Our definitions for Dagster's web server and daemon, over a socket that only we may open."""
    program = str(Path(sys.executable).with_name("dagster"))
    where = ["--socket", str(channel), "--location-name", DEFINITIONS]
    return [program, "code-server", "start", *where, "-m", DEFINITIONS, "--log-level", "warning"]


def dagster_ui_command(
    host: str, port: int, workspace: Path, *, read_only: bool = False
) -> Command:
    """Dagster's pages behind our door; a host unix://PATH is a socket, without a port."""
    module = "orchestration.commands.dagster_ui"
    only = ["--read-only"] if read_only else []
    return [sys.executable, "-m", module, host, str(port), str(workspace), *only]


def daemon_command(workspace: Path) -> Command:
    """Dagster's daemon: schedules, and runs launched from its pages; the daily schedule is on."""
    program = str(Path(sys.executable).with_name("dagster-daemon"))
    return [program, "run", "--workspace", str(workspace)]


def dashboard_command(host: str, port: int) -> Command:
    """The pages over the published warehouse, behind our door; see dagster_ui_command."""
    beyond = [] if is_loopback(host) or host.startswith("unix://") else ["--beyond-loopback"]
    return [sys.executable, "-m", "dashboard.serve", host, str(port), *beyond]


def metrics_command(host: str, port: int) -> Command:
    """Metrics of the published warehouse, behind our door."""
    beyond = [] if is_loopback(host) else ["--beyond-loopback"]
    return [sys.executable, "-m", "orchestration.commands.metrics", host, str(port), *beyond]


@dataclass(frozen=True)
class Addresses:
    """Where the pages, Dagster and, if wanted, metrics listen.

    Attributes:
        is_open: Whether somebody said that everything may be read without a sign-in.
    """

    host: str
    dashboard_port: int
    dagster_port: int
    metrics_port: int | None = None
    is_open: bool = False

    @property
    def dagster_host(self) -> str:
        """Dagster has no sign-in and can change Atlas: it never leaves this machine."""
        return self.host if is_loopback(self.host) else "127.0.0.1"

    @property
    def metrics_host(self) -> str:
        """Metrics have no sign-in either, so one of the pages does not open them."""
        return self.host if self.is_open else self.dagster_host

    def require_door(self, *, allow_anonymous: bool, signs_in: bool = False) -> None:
        """Nothing is served beyond this machine without sign-in, unless somebody says so.

        Raises:
            SettingsError: it would be.
        """
        if not (allow_anonymous or signs_in or is_loopback(self.host)):
            raise SettingsError(
                f"{self.host} is reachable from outside and there is no sign-in: keep 127.0.0.1, "
                "set up sign-in (docs/workspaces.md), or set ATLAS_COSTS_ALLOW_ANONYMOUS=true and "
                "run `atlas-costs up` if your network protects the pages (Dagster stays on "
                "127.0.0.1). docs/deployment.md has a proxy that asks people to sign in, for both."
            )

    def require_free(self) -> None:
        """See require_free_port."""
        require_free_port(self.dagster_host, self.dagster_port, "--dagster-port")
        require_free_port(self.host, self.dashboard_port, "--dashboard-port")
        if self.metrics_port:
            require_free_port(self.metrics_host, self.metrics_port, "--metrics-port")

    def told(self) -> str:
        """What to tell who started them."""
        lines = [
            f"Dashboard  http://{_in_url(self.host)}:{self.dashboard_port}",
            f"Dagster    http://{_in_url(self.dagster_host)}:{self.dagster_port}",
            "Ctrl-C stops both.",
        ]
        if self.metrics_port:
            metrics = f"Metrics    http://{_in_url(self.metrics_host)}:{self.metrics_port}/metrics"
            lines[2:] = [metrics, "Ctrl-C stops all."]
        return "\n".join(lines)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextmanager
def services(
    at: Addresses, env: dict[str, str] | None = None, *, read_only: bool = False
) -> Iterator[Processes]:
    """The pages, and Dagster with its definitions loaded once for its web server and its daemon."""
    with TemporaryDirectory(prefix="atlas-costs-") as folder:
        channel, workspace = Path(folder) / "code.sock", Path(folder) / "workspace.yaml"
        write_workspace(workspace, channel)
        pages = dashboard_command(at.host, at.dashboard_port)
        more = [metrics_command(at.metrics_host, at.metrics_port)] if at.metrics_port else []
        with running(code_server_command(channel), pages, *more, env=env) as first:
            _wait_for(channel, first)
            ui = dagster_ui_command(
                at.dagster_host, at.dagster_port, workspace, read_only=read_only
            )
            with running(ui, daemon_command(workspace), env=env) as second:
                yield [*first, *second]


def write_workspace(file: Path, channel: Path) -> None:
    """Tell Dagster's web server and daemon where the code server listens."""
    origin = {"socket": str(channel), "location_name": DEFINITIONS}
    file.write_text(yaml.safe_dump({"load_from": [{"grpc_server": origin}]}))


def _wait_for(channel: Path, processes: Processes) -> None:
    """Until the code server listens, or something has ended, which wait_for_any will tell."""
    while all(each.poll() is None for each in processes) and not listens(channel):
        time.sleep(POLL_S)


def listens(channel: Path) -> bool:
    """Whether somebody answers at a socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(channel)) == 0


@contextmanager
def running(
    *commands: Command, env: dict[str, str] | None = None
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run commands side by side, each in its own process group; all stop at the end."""
    started: Processes = []
    with leash() as held:
        try:
            # a loop, not a comprehension: should the second not start, the first must still stop
            for command in commands:
                process = subprocess.Popen(command, cwd=SHIPPED, env=env, start_new_session=True)
                held.hold(process.pid)
                started.append(process)
            yield started
        finally:
            for process in started:
                _stop(process)
                held.release(process.pid)


def wait_for_any(processes: Processes, hourly: Callable[[], object] | None = None) -> int:
    """Wait until one of them ends, or for a signal; returns an exit code.

    Args:
        processes: What is waited for.
        hourly: Called once an hour meanwhile; what it raises is logged and stops nothing.
    """
    due = time.monotonic() + HOUR_S
    try:
        while True:
            for process in processes:
                if (code := process.poll()) is not None:
                    return code
            if hourly and time.monotonic() >= due:
                _attempt(hourly)
                due = time.monotonic() + HOUR_S
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        return 0


def _attempt(hourly: Callable[[], object]) -> None:
    try:
        hourly()
    except Exception:
        log.exception("could not put the data folder in order; it is tried again in an hour")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Dagster ends on SIGINT and not on SIGTERM; what is left after the grace is killed."""
    for signal_number in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, signal_number)
            process.wait(GRACE_S)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
