"""Receivers of alerts on this machine: a webhook and a mail server, which may be down or kill."""

import json
import os
import signal
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


@dataclass
class Receiver:
    """What reached somebody.

    Attributes:
        refusals: How many tries are still refused.
        victim: The process that is killed as soon as it has sent, before anything is answered.
        posted: What came last, taken or not.
        parting: What a mail server answers to QUIT.
    """

    address: str = ""
    port: int = 0
    refusals: int = 0
    victim: int | None = None
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    refused: int = 0
    posted: bytes = b""
    parting: str = "221 Bye"

    def takes(self) -> bool:
        """Whether this try is taken; whoever sent it may be dead by then."""
        if self.refusals:
            self.refusals -= 1
            self.refused += 1
            return False
        return True

    def kill(self) -> None:
        if self.victim:
            os.kill(self.victim, signal.SIGKILL)
            self.victim = None

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.posts]

    @property
    def ids(self) -> list[str]:
        """By which a receiver tells a repetition."""
        return [headers["Idempotency-Key"] for headers, _ in self.posts]


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.receiver.posted = body
        takes = self.receiver.takes()
        if takes:
            self.receiver.posts.append((dict(self.headers), body))
            self.receiver.kill()
        self.send_response(200 if takes else 503)
        self.end_headers()
        self.wfile.write(b"ok" if takes else b"down for repairs at " + self.path.encode())

    def log_message(self, *_: object) -> None:
        return None


@contextmanager
def webhook(refusals: int = 0) -> Iterator[Receiver]:
    receiver = Receiver(refusals=refusals)
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        http.daemon_threads = True
        receiver.address = f"http://127.0.0.1:{http.server_address[1]}/services/T0/s3cretpart"
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        yield receiver
        http.shutdown()


class _Mailbox:
    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        if not self.receiver.takes():
            return "451 down for repairs"
        parsed = BytesParser(policy=policy.default).parsebytes(envelope.content)
        assert isinstance(parsed, EmailMessage)
        self.receiver.mails.append(parsed)
        self.receiver.kill()
        return "250 OK"

    async def handle_QUIT(self, *_: object) -> str:  # noqa: N802
        return self.receiver.parting


def _tls(authority: trustme.CA | None, password: str) -> dict[str, Any]:
    if authority is None:
        return {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    def authenticated(*given: Any) -> AuthResult:
        return AuthResult(success=given[-1].password == password.encode(), handled=False)

    return {
        "tls_context": context,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": authenticated,
    }


@contextmanager
def dripping(*answers: bytes) -> Iterator[int]:
    """The port of a mail server that gives these answers, and then one that never ends."""
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            for number, answer in enumerate(answers):
                if number:
                    connection.recv(65536)
                connection.sendall(answer)
            if answers:
                connection.recv(65536)
            while not over.wait(0.02):
                connection.sendall(b"2")

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)


@contextmanager
def mailbox(authority: trustme.CA | None = None, password: str = "") -> Iterator[Receiver]:
    """A mail server; with an authority it takes mail over TLS, from who knows the password."""
    receiver = Receiver()
    with socket.create_server(("127.0.0.1", 0)) as free:
        receiver.port = free.getsockname()[1]
    controller = Controller(
        _Mailbox(receiver), hostname="127.0.0.1", port=receiver.port, **_tls(authority, password)
    )
    controller.start()
    try:
        yield receiver
    finally:
        controller.stop()
