"""The pages behind a proxy that signs people in: a socket, its headers, and sessions replayed.

The server is a process of its own, on a Unix socket as in deploy/compose.yaml; who asks speaks
Streamlit's websocket.
"""

import os
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.visiting import Seen, Visitor
from orchestration.commands.processes import dashboard_command, listens, running
from tests.dashboard.conftest import publish_warehouse
from tests.dashboard.visiting import WORKSPACES
from tests.e2e.looking import START_S, free_port, wait_for

EMAIL, GROUPS = "X-Auth-Request-Email", "X-Auth-Request-Groups"
ADA, BOB, KIM, EVE = ({EMAIL: f"{each}@example.com"} for each in ("ada", "bob", "kim", "eve"))
COOKIES = {"Cookie": "_streamlit_xsrf=a; _oauth2_proxy=ada"}
REPORT = "/cost-report?range=all&group=project&table=lines"
SHOP, FOREIGN = b"shop", (b"analytics", b"mobile")
NOBODY = b"did not provide an email address"
NO_WORKSPACE = b"no workspace includes this address"


@contextmanager
def dashboard(folder: Path, host: str, port: int = 0) -> Iterator[int]:
    """The pages of a folder as compose has them, but for where they listen; their process."""
    env = os.environ | {
        "ATLAS_COSTS_ENV_FILE": "",
        "ATLAS_COSTS_DATA_DIR": str(folder),
        "ATLAS_COSTS_CONFIG_DIR": str(folder),
        "ATLAS_COSTS_TRUSTED_HEADER": EMAIL,
        "ATLAS_COSTS_TRUSTED_GROUPS_HEADER": GROUPS,
        "ATLAS_COSTS_TRUSTED_PROXIES": "unix,10.0.0.0/8",
    }
    with running(dashboard_command(host, port), env=env) as [process]:
        yield process.pid


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # a socket's path must be short
    with tempfile.TemporaryDirectory() as name:
        publish_warehouse(Path(name), sketched=True)
        Path(name, "workspaces.yaml").write_text(textwrap.dedent(WORKSPACES))
        yield Path(name)


@pytest.fixture(scope="module")
def socket(folder: Path) -> Iterator[Path]:
    place = folder / "dashboard.sock"
    with dashboard(folder, f"unix://{place}"):
        until = time.monotonic() + START_S
        while not listens(place):
            assert time.monotonic() < until
            time.sleep(0.1)
        yield place


def seen(where: Path | int, headers: dict[str, str], address: str = REPORT) -> bytes:
    with Visitor(where, headers) as visitor:
        return shown(visitor.open(address))


def shown(page: Seen) -> bytes:
    assert not page.errors
    return page.content


def of_shop(content: bytes) -> bool:
    return SHOP in content and not any(each in content for each in FOREIGN)


def test_on_a_socket_the_proxys_headers_open_the_workspace_of_a_person_and_of_a_group(socket):
    assert of_shop(seen(socket, BOB))
    assert b"analytics" in seen(socket, ADA)
    assert NO_WORKSPACE in seen(socket, KIM)
    in_group = seen(socket, KIM | {GROUPS: "staff, data-team"})
    assert NO_WORKSPACE not in in_group
    assert b"your workspace data" in in_group
    assert SHOP not in in_group


def test_on_a_socket_nobody_sees_anything_without_the_header_or_by_another_spelling(socket):
    for headers in ({}, {"X_Auth_Request_Email": "ada@example.com"}, {EMAIL: ""},
                    BOB | {"X_Auth_Request_Email": "ada@example.com"}):  # fmt: skip
        assert NOBODY in seen(socket, headers), headers
    spelled = KIM | {"X_Auth_Request_Groups": "data-team"}
    assert NO_WORKSPACE in seen(socket, spelled)


def test_on_a_port_the_header_of_an_address_that_is_not_named_says_nothing(folder):
    port = free_port()
    with dashboard(folder, "127.0.0.1", port) as process:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        assert NOBODY in seen(port, ADA | {"X-Forwarded-For": "10.0.0.5"})
        with Visitor(port) as open_tab:
            open_tab.open(REPORT)
            assert watched(process) == 0, "each session would watch every module, for 0.3 s"


def watched(process: int) -> int:
    """How many files a process waits for changes of; 0 where the system does not tell."""
    told = Path(f"/proc/{process}/fdinfo").glob("*")
    return sum(each.read_text().count("inotify wd") for each in told)


@pytest.fixture(scope="module")
def recorded(socket: Path) -> Iterator[Visitor]:
    """A session of somebody who sees everything, still open."""
    with Visitor(socket, ADA | COOKIES) as ada:
        ada.open("/")
        assert b"analytics" in shown(ada.open(REPORT))
        assert b"analytics" in shown(ada.change("range=all&group=project&f.project.is_not=shop"))
        yield ada


@pytest.mark.parametrize(
    ("headers", "is_resumed"),
    [(BOB, False), (BOB, True), (BOB | COOKIES, True)],
    ids=["anew", "resumed", "resumed with the cookies of the other"],
)
def test_a_recorded_session_of_somebody_else_replayed_reaches_none_of_their_rows(
    socket, recorded, headers, is_resumed
):
    with Visitor(socket, headers, recorded.session if is_resumed else "") as bob:
        for each in recorded.sent:
            content = bob.replay(each).content
            assert not any(name in content for name in FOREIGN), each
        assert bob.session != recorded.session
        assert of_shop(shown(bob.open(REPORT)))


def test_a_recorded_session_replayed_without_a_sign_in_is_refused(socket, recorded):
    for headers, refusal in (({}, NOBODY), (EVE, NO_WORKSPACE)):
        with Visitor(socket, headers, recorded.session) as nobody:
            for each in recorded.sent:
                assert refusal in nobody.replay(each).content


def test_whoever_the_session_is_of_may_resume_it(socket):
    with Visitor(socket, BOB) as bob:
        bob.open(REPORT)
    with Visitor(socket, BOB, bob.session) as again:
        assert of_shop(shown(again.open(REPORT)))
        assert again.session == bob.session
