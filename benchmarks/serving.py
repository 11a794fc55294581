"""Invoice documents over loopback HTTP, from a process whose costs nobody counts."""

import json
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.bill import ORG, Invoice

LIST = f"/api/atlas/v2/orgs/{ORG}/invoices"
NOTHING = b'{"results":[],"totalCount":0}'


@contextmanager
def served(invoices: list[Invoice], *, is_plain: bool) -> Iterator[tuple[str, Callable[[], int]]]:
    """Serve them as Atlas does: a list, each document, the pending one.

    Args:
        invoices: Written documents; a PENDING one is served as the pending invoice as well.
        is_plain: Send JSON even to a client that accepts gzip.

    Yields:
        The base URL, and a function that tells the requests since it was last asked.
    """
    context = multiprocessing.get_context("spawn")
    requests = context.Value("i", 0)
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, invoices, is_plain, requests))
    process.start()

    def counted() -> int:
        with requests.get_lock():
            count, requests.value = int(requests.value), 0
        return count

    try:
        yield f"http://127.0.0.1:{ours.recv()}", counted
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Any, invoices: list[Invoice], is_plain: bool, requests: Any) -> None:  # noqa: ANN401
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(invoices, is_plain, requests)) as http:
        pipe.send(http.server_address[1])
        http.serve_forever()


def _handler(
    invoices: list[Invoice],
    is_plain: bool,
    requests: Any,  # noqa: ANN401
) -> type[BaseHTTPRequestHandler]:
    files = {f"{LIST}/{each.metadata['id']}": each.path for each in invoices}
    files |= {f"{LIST}/pending": e.path for e in invoices if e.metadata["statusName"] == "PENDING"}
    metadata = [each.metadata for each in invoices]
    bodies = {
        LIST: json.dumps({"results": metadata, "totalCount": len(metadata)}).encode(),
        f"{LIST}/pending": NOTHING,
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            with requests.get_lock():
                requests.value += 1
            path = self.path.partition("?")[0]
            if path in files:
                self._send_file(files[path])
            else:
                self._begin(len(bodies[path]))
                self.wfile.write(bodies[path])

        def _send_file(self, path: str) -> None:
            is_packed = not is_plain and "gzip" in self.headers.get("Accept-Encoding", "")
            with Path(f"{path}.gz" if is_packed else path).open("rb") as file:
                self._begin(Path(file.name).stat().st_size, is_packed=is_packed)
                self.connection.sendfile(file)

        def _begin(self, size: int, *, is_packed: bool = False) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(size))
            if is_packed:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return None

    return Handler
