"""The proxy of deploy/Caddyfile as it is: whom it asks, what it hands on, where it sends people.

Only the ports, the sign-in service and the two sockets are a test's own.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from tests.conftest import ROOT
from tests.e2e.conftest import asgi
from tests.e2e.looking import free_port

CADDY = Path(sys.executable).with_name("caddy")
COSTS, DAGSTER = "costs.example.com", "dagster.example.com"
START_S = 30
PEOPLE = {
    "ada": {"X-Auth-Request-Email": "ada@example.com", "X-Auth-Request-Groups": "finops,staff"},
    "bob": {"X-Auth-Request-Email": "bob@example.com"},
}


async def sign_in(request):
    """What oauth2-proxy answers at /oauth2/auth."""
    person = PEOPLE.get(request.cookies.get("who"))
    if person is None:
        return Response(status_code=401)
    allowed = request.query_params.get("allowed_emails")
    if allowed is not None and person["X-Auth-Request-Email"] not in allowed.split(","):
        return Response(status_code=403)
    return Response(status_code=202, headers=person)


class Told(BaseHTTPRequestHandler):
    """Behind a socket: the headers that the proxy handed on."""

    def do_GET(self) -> None:
        body = json.dumps([[name.lower(), value] for name, value in self.headers.items()]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "the proxy"

    def log_message(self, *_: object) -> None:
        return None


@pytest.fixture(scope="module")
def proxy() -> Iterator[int]:
    """The port of the proxy, as it is behind an ingress that ends TLS."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name in ("dashboard", "dagster"):
            server = ThreadingUnixStreamServer(str(folder / f"{name}.sock"), Told)
            stack.callback(server.server_close)
            Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            stack.callback(server.shutdown)
        asked = stack.enter_context(asgi(Starlette(routes=[Route("/oauth2/auth", sign_in)])))
        port = free_port()
        text = (ROOT / "deploy/Caddyfile").read_text()
        for its, ours in (
            ("http_port 8080", f"http_port {port}"),
            ("127.0.0.1:8081", f"127.0.0.1:{free_port()}"),
            ("/run/atlas-costs/", f"{folder}/"),
        ):
            assert its in text
            text = text.replace(its, ours)
        (folder / "Caddyfile").write_text(text)
        env = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "XDG_DATA_HOME": str(folder),
            "COSTS_HOST": COSTS, "DAGSTER_HOST": DAGSTER, "SCHEME": "http://",
            "DAGSTER_PEOPLE": "ada@example.com,eve@example.com",
            "SIGN_IN": asked.removeprefix("http://"),
        }  # fmt: skip
        command = [CADDY, "run", "--config", folder / "Caddyfile"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        stack.callback(process.wait, 30)
        stack.callback(process.terminate)
        wait_for(port, process, folder / "log")
        yield port


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            got(port, COSTS)
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(log.read_text())


def got(port: int, host: str, path: str = "/", *headers: tuple[str, str]):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("GET", path, skip_host=True)
    for name, value in (("Host", host), *headers):
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    answer.text = answer.read().decode()
    connection.close()
    return answer


def told(port: int, *headers: tuple[str, str]) -> dict[str, list[str]]:
    """What the dashboard is told of who asks."""
    answer = got(port, COSTS, "/", *headers)
    assert answer.status == 200
    found: dict[str, list[str]] = {}
    for name, value in json.loads(answer.text):
        found.setdefault(name, []).append(value)
    return {name: values for name, values in found.items() if name.startswith("x-auth-request")}


ADA, BOB = ("Cookie", "who=ada"), ("Cookie", "who=bob")


def test_the_dashboard_is_told_who_signed_in(proxy):
    assert told(proxy, ADA) == {
        "x-auth-request-email": ["ada@example.com"], "x-auth-request-groups": ["finops,staff"],
    }  # fmt: skip
    assert told(proxy, BOB) == {"x-auth-request-email": ["bob@example.com"]}


@pytest.mark.parametrize(
    "lies",
    [
        [("X-Auth-Request-Email", "ada@example.com"), ("X-Auth-Request-Groups", "finops")],
        [("x-auth-request-groups", "finops"), ("X-AUTH-REQUEST-GROUPS", "staff")],
        [("X-Auth-Request-User", "ada"), ("X-Auth-Request-Preferred-Username", "ada")],
    ],
)
def test_nobody_says_himself_who_he_is(proxy, lies):
    assert told(proxy, BOB, *lies) == {"x-auth-request-email": ["bob@example.com"]}
    assert got(proxy, COSTS, "/", *lies).status == 302


@pytest.mark.parametrize(
    "link",
    [
        "/cost-report?range=all&group=project&f.project=shop&f2.tag.team=a%26b",
        "/",
        "/resource?id=https%3A%2F%2Fx&name=a+b%20c#",
    ],
)
def test_a_link_is_where_people_are_after_signing_in(proxy, link):
    link = link.rstrip("#")
    to = urlsplit(got(proxy, COSTS, link).headers["Location"])
    assert (to.netloc, to.path) == ("", "/oauth2/sign_in")
    # oauth2-proxy takes what begins with one slash for its own host, and nothing else unlisted
    assert parse_qs(to.query) == {"rd": [link]}


def test_dagster_is_for_those_who_are_named_and_for_nobody_without_names(proxy):
    text = (ROOT / "deploy/Caddyfile").read_text()
    assert "dagster /oauth2/auth?allowed_emails=nobody,{$DAGSTER_PEOPLE}\n" in text
    assert got(proxy, DAGSTER, "/", ADA).status == 200
    assert got(proxy, DAGSTER, "/", BOB).status == 403
    assert got(proxy, DAGSTER, "/").status == 302
