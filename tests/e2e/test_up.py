"""`atlas-costs up`: both programs answer, a signal stops both, a port in use is named."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from orchestration.commands.processes import Addresses
from tests.e2e.looking import free_port, wait_for

# Dagster's pages are served once its code is loaded: ten seconds of one core, or of a busy one.
PATIENCE_S = 240
PROGRAM = str(Path(sys.executable).with_name("atlas-costs"))


def alive(url: str) -> bool:
    try:
        urlopen(url).close()
    except OSError:
        return False
    return True


def refused(url: str, **headers: str) -> bool:
    try:
        urlopen(Request(url, headers=headers)).close()
    except HTTPError as error:
        return error.code == 403
    return False


def opens(url: str, protocol: str, origin: str) -> bool:
    """Whether a page of this origin may open the websocket."""
    address = url.replace("http", "ws")
    try:
        with connect(address, origin=origin, subprotocols=[protocol]):
            return True
    except InvalidStatus as error:
        assert error.response.status_code == 403
        return False


def locations(dagster: str) -> list[str]:
    """The code locations that Dagster's pages see."""
    query = b'{"query": "{ workspaceOrError { ... on Workspace { locationEntries { name } } } }"}'
    headers = {"Content-Type": "application/json", "Origin": dagster}
    with urlopen(Request(f"{dagster}/graphql", query, headers)) as answer:
        found = json.loads(answer.read())["data"]["workspaceOrError"]["locationEntries"]
    return [each["name"] for each in found]


def test_up_serves_our_own_pages_alone_and_a_signal_stops_everything(tmp_path, clean_environment):
    ports = free_port(), free_port()
    dagster, dashboard = (f"http://127.0.0.1:{port}" for port in ports)
    process = subprocess.Popen(
        [PROGRAM, "up", "--dagster-port", str(ports[0]), "--dashboard-port", str(ports[1])],
        env={**os.environ, "ATLAS_COSTS_DATA_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        pages = f"{dagster}/server_info", f"{dashboard}/"
        for page in pages:
            wait_for(page, PATIENCE_S)
            assert refused(page, Host="evil.example")
            assert refused(page, Origin="http://evil.example")
        assert refused(f"{dagster}/graphql?query=%7Bversion%7D")
        assert locations(dagster) == ["orchestration.definitions"]
        for url, protocol in (
            (f"{dagster}/graphql", "graphql-ws"),
            (f"{dashboard}/_stcore/stream", "streamlit"),
        ):
            assert not opens(url, protocol, "http://evil.example")
            assert opens(url, protocol, f"http://{urlsplit(url).netloc}")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert not any(map(alive, pages))
    finally:
        # killed, it would leave its children, and they hold the pipe that is read to its end
        process.terminate()
        process.communicate()


def processes() -> dict[int, int]:
    """Every process that runs, with its parent; who has ended and nobody noted is none."""
    command = ["ps", "-A", "-o", "pid=,ppid=,stat="]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in told.splitlines()]
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def test_killed_it_leaves_nothing_behind_that_holds_its_ports(tmp_path, clean_environment):
    ports = free_port(), free_port()
    process = subprocess.Popen(
        [PROGRAM, "up", "--dagster-port", str(ports[0]), "--dashboard-port", str(ports[1])],
        env={**os.environ, "ATLAS_COSTS_DATA_DIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    page = f"http://127.0.0.1:{ports[1]}/"
    wait_for(page, PATIENCE_S)
    started = {pid for pid, parent in processes().items() if parent == process.pid}
    assert len(started) >= 3  # the pages, Dagster's code, and what ends them
    process.kill()
    process.communicate(timeout=60)  # the children hold the pipe until they have ended
    assert not alive(page)
    assert not started & processes().keys()


def test_a_port_in_use_is_named(world):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = world.run("up", "--dagster-port", str(port))
    assert run.code == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in run.err
    assert "--dagster-port" in run.err


@pytest.mark.parametrize("command", ["up", "demo"])
def test_nothing_without_sign_in_leaves_this_machine(world, command):
    run = world.run(command, "--host", "0.0.0.0")  # noqa: S104  refusing it is the point
    assert run.code == 1
    assert "ATLAS_COSTS_ALLOW_ANONYMOUS" in run.err
    assert len(run.err.strip().splitlines()) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "costs.example.com"])  # noqa: S104
def test_dagster_stays_on_this_machine_where_pages_may_leave_it(host):
    at = Addresses(host, 8501, 3000)
    at.require_door(allow_anonymous=True)
    assert at.dagster_host == "127.0.0.1"
    assert "Dagster    http://127.0.0.1:3000" in at.told()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_needs_no_leave(host):
    at = Addresses(host, 8501, 3000)
    at.require_door(allow_anonymous=False)
    assert at.dagster_host == host
