"""`atlas-costs up`: both programs answer, a signal stops both, a port in use is named."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from tests.e2e.test_browser import free_port, wait_for

PROGRAM = str(Path(sys.executable).with_name("atlas-costs"))


def alive(url: str) -> bool:
    try:
        urlopen(url).close()
    except OSError:
        return False
    return True


def test_up_serves_and_a_signal_stops_everything(tmp_path, clean_environment):
    dagster, dashboard = free_port(), free_port()
    process = subprocess.Popen(
        [PROGRAM, "up", "--dagster-port", str(dagster), "--dashboard-port", str(dashboard)],
        env={**os.environ, "ATLAS_COSTS_DATA_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        pages = f"http://127.0.0.1:{dagster}/server_info", f"http://127.0.0.1:{dashboard}/"
        for page in pages:
            wait_for(page)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert not any(map(alive, pages))
    finally:
        process.kill()
        process.communicate()


def test_a_port_in_use_is_named(world):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = world.run("up", "--dagster-port", str(port))
    assert run.code == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in run.err
    assert "--dagster-port" in run.err


def test_pages_without_sign_in_stay_on_this_machine(world):
    run = world.run("up", "--host", "0.0.0.0")  # noqa: S104  refusing it is the point
    assert run.code == 1
    assert "ATLAS_COSTS_ALLOW_ANONYMOUS" in run.err
