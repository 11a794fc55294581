"""Starting the long-running parts (Dagster, dashboard, sandbox) and stopping them together."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.settings import PROJECT_ROOT, SettingsError

Command = list[str]
Processes = list[subprocess.Popen[bytes]]
GRACE_S = 20
POLL_S = 0.2


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


def dagster_command(host: str, port: int) -> Command:
    """Dagster's webserver and daemon; the daily schedule is on."""
    workspace = str(PROJECT_ROOT / "workspace.yaml")
    program = str(Path(sys.executable).with_name("dagster"))
    return [program, "dev", "--workspace", workspace, "--host", host, "--port", str(port)]


def dashboard_command(host: str, port: int) -> Command:
    """The Streamlit pages over the published warehouse."""
    app = str(PROJECT_ROOT / "dashboard" / "app.py")
    options = ["--server.address", host, "--server.port", str(port), "--server.headless", "true"]
    return [sys.executable, "-m", "streamlit", "run", app, *options]


@contextmanager
def running(
    *commands: Command, env: dict[str, str] | None = None
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run commands side by side, each in its own process group; all stop at the end."""
    started: Processes = []
    try:
        # a loop, not a comprehension: should the second fail to start, the first must still stop
        for command in commands:
            process = subprocess.Popen(command, cwd=PROJECT_ROOT, env=env, start_new_session=True)
            started.append(process)
        yield started
    finally:
        for process in started:
            _stop(process)


def wait_for_any(processes: Processes) -> int:
    """Wait until one of them ends, or for a signal; returns an exit code."""
    try:
        while True:
            for process in processes:
                if (code := process.poll()) is not None:
                    return code
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        return 0


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
