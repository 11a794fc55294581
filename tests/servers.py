"""Small real HTTP servers that answer what a test scripted."""

import itertools
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Scripted:
    """One answer.

    `announce` lies about the length; `hang_up` closes without any answer; `drip_s` is the pause
    before each of 50 parts of the body; `chunked` sends it in a chunk that no last one follows.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    announce: int | None = None
    hang_up: bool = False
    drip_s: float = 0
    chunked: bool = False


@dataclass
class Server:
    """A running server: where it is and what it was asked."""

    url: str
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    waiting: list[Scripted]
    asked: Server

    def do_GET(self) -> None:
        self.asked.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        self.asked.requests.append((self.path, dict(self.headers)))
        answer = self.waiting.pop(0) if len(self.waiting) > 1 else self.waiting[0]
        if answer.hang_up:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in ({"Date": self.date_time_string()} | answer.headers).items():
            self.send_header(name, value)
        with suppress(ConnectionError):
            self._send_chunked(answer.body) if answer.chunked else self._send(answer)

    do_POST = do_GET  # noqa: N815  http.server's name

    def _send(self, answer: Scripted) -> None:
        length = len(answer.body) if answer.announce is None else answer.announce
        self.send_header("Content-Length", str(length))
        self.end_headers()
        part = max(1, len(answer.body) // 50) if answer.drip_s else len(answer.body) or 1
        for start in range(0, len(answer.body), part):
            time.sleep(answer.drip_s)
            self.wfile.write(answer.body[start : start + part])
        self.close_connection = length != len(answer.body)

    def _send_chunked(self, body: bytes) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        return None


@contextmanager
def serving(*answers: Scripted, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve the answers in order, the last one for ever; with a certificate as localhost."""
    server = Server("")
    handler = type("Handler", (_Handler,), {"waiting": list(answers), "asked": server})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        http.daemon_threads = True
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        if tls is not None:
            http.socket = tls.wrap_socket(http.socket, server_side=True)
            server.url = f"https://localhost:{http.server_address[1]}"
        threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        http.shutdown()


@dataclass
class Endless:
    """An answer without an end: `begins` once, then `goes_on` again and again.

    `every_s` is the pause before each. `first` are whole answers that come before it, each on a
    connection of its own.
    """

    begins: bytes
    goes_on: bytes
    every_s: float = 0
    first: tuple[bytes, ...] = ()


@contextmanager
def never_ending(answer: Endless) -> Iterator[Server]:
    """Serve it byte by byte to whoever asks, over plain sockets, until the caller hangs up."""
    server, over = Server(""), threading.Event()
    firsts = iter(answer.first)

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            server.requests.append((connection.recv(65536).split()[1].decode(), {}))
            if (whole := next(firsts, None)) is not None:
                connection.sendall(whole)
                return
            connection.sendall(answer.begins)
            while not over.is_set():
                over.wait(answer.every_s)
                connection.sendall(answer.goes_on)

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            for _ in itertools.count():
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        try:
            yield server
        finally:
            over.set()
            listener.shutdown(socket.SHUT_RDWR)
