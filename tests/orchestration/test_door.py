"""Who is turned away at the door and who is let in, over real HTTP and real websockets."""

import http.client
import ipaddress
import socket
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from orchestration import door as module
from orchestration.door import Door, TrustedHeaders
from tests.e2e.conftest import asgi

LINK = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


async def hello(_):
    return PlainTextResponse("hello")


async def echo(websocket):
    await websocket.accept()
    await websocket.send_text("hello")
    await websocket.close()


def behind(**options):
    """A page and a websocket behind a door."""
    routes = [Route("/", hello, methods=["GET", "POST"]), WebSocketRoute("/", echo)]
    return asgi(Door(Starlette(routes=routes), **options))


@pytest.fixture(scope="module")
def served():
    with behind() as url:
        yield url.removeprefix("http://")


def status(served, method="GET", host=None, **headers):
    """Of a request with these headers and no other; `{here}` stands for where it is served."""
    connection = http.client.HTTPConnection(served)
    connection.putrequest(method, "/", skip_host=True)
    for each in [host] if isinstance(host, str) else host or [served]:
        connection.putheader("Host", each)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value.replace("{here}", served))
    connection.putheader("Content-Length", "0")
    connection.endheaders()
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST", "[::1]:{port}", "localhost:9000"]
)
def test_names_of_this_machine_are_served_a_tunnels_port_too(served, host):
    assert status(served, host=host.format(port=served.partition(":")[2])) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:3000",
        "localhost.evil.example",
        "localhost@evil.example",
        "evil.example@localhost",
        "127.0.0.1.nip.io",
        "localhost:port",
        "localhost/",
        "127.0.0.1 evil.example",
        "192.0.2.7",
        "",
        "[::2]",
    ],
)
def test_a_name_that_was_pointed_here_is_refused(served, host):
    assert status(served, host=host) == 403


def test_two_names_are_refused(served):
    assert status(served, host=[served, "evil.example"]) in {400, 403}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Origin": "file://"},
        {"Origin": "http://{here}.evil.example"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
        {"Sec_Fetch_Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_another_site_is_refused(served, method, headers):
    assert status(served, method, **headers) == 403


def test_another_sites_form_is_refused_though_it_navigates(served):
    form = {"Sec_Fetch_Site": "cross-site", **LINK}
    assert status(served, "POST", **form) == 403
    assert status(served, "POST", Referer="http://evil.example/page") == 403


def test_a_link_from_another_site_may_be_followed(served):
    assert status(served, Sec_Fetch_Site="cross-site", **LINK) == 200
    assert status(served, Sec_Fetch_Site="same-site", **LINK) == 200
    assert status(served, Referer="http://elsewhere.example/") == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://{here}"},
        {"Origin": "http://{here}", "Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "cors"},
        {"Sec_Fetch_Site": "none", **LINK},
        {"Referer": "http://{here}/page"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_our_own_pages_and_programs_are_served(served, method, headers):
    assert status(served, method, **headers) == 200


def test_a_websocket_answers_our_pages_and_programs(served):
    for origin in (f"http://{served}", None):
        with connect(f"ws://{served}/", origin=origin) as websocket:
            assert websocket.recv() == "hello"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_a_websocket_of_another_page_is_refused(served, origin):
    with pytest.raises(InvalidStatus, match="403"):
        connect(f"ws://{served}/", origin=origin)


def test_a_websocket_for_another_name_is_refused(served):
    address, _, port = served.partition(":")
    reached = socket.create_connection((address, int(port)))
    with pytest.raises(InvalidStatus, match="403"):
        connect("ws://evil.example/", origin="http://evil.example", sock=reached)


def test_no_other_site_may_frame_a_page(served):
    connection = http.client.HTTPConnection(served)
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'self'"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    connection.close()


@contextmanager
def served_with(**options):
    with behind(**options) as url:
        yield url.removeprefix("http://")


def test_a_named_proxy_may_ask_under_its_name_and_under_ours():
    with served_with(names=["Costs.example.com"]) as served:
        public = {"Origin": "https://costs.example.com"}
        assert status(served, "POST", host="costs.example.com", **public) == 200
        assert status(served, "POST", **public) == 200
        assert status(served, host="evil.example") == 403
        assert status(served, "POST", Origin="https://evil.example") == 403


def test_beyond_this_machine_addresses_and_its_own_name_are_served_and_no_other(monkeypatch):
    monkeypatch.setattr(module.socket, "gethostname", lambda: "Box")
    with served_with(is_beyond_loopback=True) as served:
        assert status(served, host="192.0.2.7:8501") == 200
        assert status(served, host="box:8501") == 200
        assert status(served, host="evil.example:8501") == 403
        assert status(served, "POST", host="192.0.2.7:8501", Origin="http://evil.example") == 403


def told(asked):
    names = ("x-forwarded-email", "x-forwarded-groups", "x_forwarded_email", "x_forwarded_groups")
    return " ".join(each for name in names for each in asked.headers.getlist(name)) or "nobody"


async def said(request):
    return PlainTextResponse(told(request))


async def said_at_once(websocket):
    await websocket.accept()
    await websocket.send_text(told(websocket))
    await websocket.close()


def signed_in(trusted, *headers):
    """Whom the pages take the asker for, by HTTP and by a websocket."""
    routes = [Route("/", said), WebSocketRoute("/", said_at_once)]
    with asgi(Door(Starlette(routes=routes), trusted=trusted)) as url:
        address = url.removeprefix("http://")
        connection = http.client.HTTPConnection(address)
        connection.putrequest("GET", "/")
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse().read().decode()
        connection.close()
        with connect(f"ws://{address}/", additional_headers=list(headers)) as websocket:
            return answer, websocket.recv()


BOB, STAFF = ("X-Forwarded-Email", "bob@example.com"), ("X-Forwarded-Groups", "staff")


@pytest.mark.parametrize(
    ("networks", "headers", "whom"),
    [
        (["127.0.0.0/8"], [BOB], "bob@example.com"),
        (["10.0.0.0/8"], [BOB], "nobody"),
        (["127.0.0.1"], [BOB, ("x-forwarded-email", "ada@example.com")], "nobody"),
        (["127.0.0.1"], [("X_Forwarded_Email", "ada@example.com"), BOB], "nobody"),
        (["127.0.0.1"], [("X-Forwarded-For", "127.0.0.1")], "nobody"),
        (["127.0.0.1"], [("X_Forwarded_Email", "ada@example.com")], "nobody"),
        (["127.0.0.1"], [BOB, ("X_Forwarded_Groups", "staff")], "bob@example.com"),
        (["127.0.0.1"], [BOB, STAFF], "bob@example.com staff"),
        (["10.0.0.0/8"], [BOB, STAFF], "nobody"),
    ],
)
def test_the_header_of_who_is_signed_in_counts_once_and_from_a_named_proxy(networks, headers, whom):
    names = ("x-forwarded-email", "x-forwarded-groups")
    trusted = TrustedHeaders(names, tuple(map(ipaddress.ip_network, networks)))
    assert signed_in(trusted, *headers) == (whom, whom)


def test_on_a_socket_everybody_is_the_proxy_if_it_is_said():
    at_a_socket = {
        "type": "http",
        "client": None,
        "headers": [(b"x-forwarded-email", b"bob@x.com")],
    }
    assert not TrustedHeaders(("x-forwarded-email",)).only(at_a_socket)["headers"]
    trusted = TrustedHeaders(("x-forwarded-email",), is_anybody_ours=True)
    assert trusted.only(at_a_socket) == at_a_socket
