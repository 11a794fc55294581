"""What a fault makes of a body that would have been right, and how it is sent."""

import asyncio
import gzip
import json
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.wire.faults import Document, Fault

GZIP_MAGIC = b"\x1f\x8b"
PIECES = 20


class Nothing(Response):
    """Hangs up without a word."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Drop the connection; see `server.Protocol` for where the transport comes from."""
        scope["state"]["transport"].abort()


class CutResponse(Response):
    """Announces its whole body, sends half of it and hangs up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the first half."""
        await send(_start(self))
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        scope["state"]["transport"].close()


class MiscountedResponse(Response):
    """Announces more bytes than there are, or fewer, sends them all and hangs up."""

    extra = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send all of it; what goes beyond the announced length must get past the server."""
        body = bytes(self.body)
        announced = max(len(body) + self.extra, 0)
        self.headers["Content-Length"] = str(announced)
        self.headers["Connection"] = "close"  # or a client may write into the closing connection
        await send(_start(self))
        first = {"type": "http.response.body", "body": body[:announced], "more_body": True}
        await send(first)
        transport = scope["state"]["transport"]
        transport.write(body[announced:])
        transport.close()


class SlowResponse(Response):
    """Sends its body in small pieces with pauses between them."""

    seconds = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send about twenty pieces, evenly in time."""
        await send(_start(self))
        body, step = bytes(self.body), max(len(self.body) // PIECES, 1)
        pieces = [body[at : at + step] for at in range(0, len(body), step)]
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(self.seconds / len(pieces))
        await send({"type": "http.response.body", "body": b""})


def _start(response: Response) -> Document:
    return {
        "type": "http.response.start",
        "status": response.status_code,
        "headers": response.raw_headers,
    }


def sent_badly(fault: Fault, body: bytes, status: int, headers: dict[str, str]) -> Response | None:
    """The response of a fault that lies in the transfer; None for every other fault."""
    if fault.kind == "truncate" and fault.cut_transfer:
        return CutResponse(body, status, headers)
    if fault.kind == "wrong_length":
        miscounted = MiscountedResponse(body, status, headers)
        miscounted.extra = fault.extra
        return miscounted
    if fault.kind == "slow_body":
        slow = SlowResponse(body, status, headers)
        slow.seconds = fault.seconds
        return slow
    return None


def spoiled(body: bytes, fault: Fault, path: str) -> bytes:
    """The body a fault leaves of `body`; itself where the fault is of another sort."""
    if fault.kind == "pending_shape" and not path.endswith("/invoices/pending"):
        return body
    return _BODIES[fault.kind](body, fault) if fault.kind in _BODIES else body


def halved_gzip(body: bytes) -> bytes:
    """The first half of the compressed body."""
    packed = body if body.startswith(GZIP_MAGIC) else gzip.compress(body, mtime=0)
    return packed[: len(packed) // 2]


def _truncated(body: bytes, fault: Fault) -> bytes:
    return body if fault.cut_transfer else body[: len(body) // 2]


def _broken_json(_body: bytes, _fault: Fault) -> bytes:
    return b'{"results": [{"id": oops}], "totalCount": 1}'


def _bare_pending(body: bytes, _fault: Fault) -> bytes:
    """The older shape of the pending invoice: the object alone, without `results`."""
    results = json.loads(body).get("results")
    return json.dumps(results[0]).encode() if results else body


def _patched(body: bytes, fault: Fault) -> bytes:
    """An invoice document whose first line item has other fields."""
    document = json.loads(body)
    for invoice in document.get("results", [document]):
        if invoice.get("lineItems"):
            invoice["lineItems"][0] |= fault.patch
            return json.dumps(document).encode()
    return body


_BODIES: dict[str, Callable[[bytes, Fault], bytes]] = {
    "truncate": _truncated,
    "invalid_json": _broken_json,
    "empty_body": lambda _body, _fault: b"",
    "pending_shape": _bare_pending,
    "patch_line_item": _patched,
}
