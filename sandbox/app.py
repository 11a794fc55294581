"""The ASGI application: signs in, negotiates, limits, answers, and lets faults strike."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sandbox import controls
from sandbox.errors import AtlasError, not_found
from sandbox.faults import Fault, bare_pending, patched
from sandbox.media import content_type, negotiate
from sandbox.operations import OPERATIONS, Operation
from sandbox.state import Sandbox

SMALLEST_GZIP = 1000
GZIP_LEVEL = 5
JSON = "application/json"
Answering = Callable[[Sandbox, Request], Awaitable["Answer"]]


@dataclass(slots=True)
class Answer:
    """What will be sent, before a fault strikes or it is compressed."""

    status: int
    body: bytes
    media_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


class Nothing(Response):
    """Hangs up without a word."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Drop the connection; see `server.Protocol` for where the transport comes from."""
        scope["state"]["transport"].abort()


class CutResponse(Response):
    """Announces its whole body, sends half of it and hangs up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the first half."""
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        scope["state"]["transport"].close()


def create_app(sandbox: Sandbox) -> Starlette:
    """The routes of Atlas's API and of the sandbox's own controls."""
    routes = [
        Route(operation.path, _endpoint(sandbox, partial(_operate, operation)), methods=["GET"])
        for operation in OPERATIONS
    ]
    token = _endpoint(sandbox, _token)
    routes.append(Route("/api/oauth/token", token, methods=["POST"]))
    unknown = _endpoint(sandbox, _unknown)
    routes.append(Route("/api/{rest:path}", unknown, methods=["GET", "POST", "PATCH", "DELETE"]))
    return Starlette(routes=routes + controls.routes(sandbox))


def _endpoint(sandbox: Sandbox, answering: Answering) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        fault = sandbox.faults.strike(request.method, request.url.path)
        answer = await _struck(fault) or await _answer(sandbox, request, answering)
        dropped = fault is not None and fault.kind == "reset"
        sandbox.requests.append(
            {
                "method": request.method,
                "path": request.url.path,
                "query": request.url.query,
                "status": None if dropped else answer.status,
            }
        )
        return Nothing() if dropped else _response(request, answer, fault)

    return endpoint


async def _struck(fault: Fault | None) -> Answer | None:
    """The answer of a fault that lets no request through; a delay only makes it wait."""
    if fault is None:
        return None
    if fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
    if fault.kind == "wrong_content":
        page = b"<html><body>Down for maintenance</body></html>"
        return Answer(200, page, "text/html;charset=utf-8")
    if fault.kind == "status":
        wait = fault.retry_after
        headers = {} if wait is None else {"Retry-After": str(wait)}
        return _error_answer(
            AtlasError(fault.status, fault.error_code, "Fault on demand.", headers=headers)
        )
    return None


async def _answer(sandbox: Sandbox, request: Request, answering: Answering) -> Answer:
    try:
        return await answering(sandbox, request)
    except AtlasError as error:
        return _error_answer(error)


def _error_answer(error: AtlasError) -> Answer:
    body = json.dumps(error.document()).encode()
    return Answer(error.status, body, headers=error.headers)


async def _operate(operation: Operation, sandbox: Sandbox, request: Request) -> Answer:
    request.state.principal = sandbox.authenticator.principal(request)
    accept, path = request.headers.get("accept", ""), request.url.path
    version = negotiate(accept, path, operation.versions, operation.gone)
    headers = _limit(operation, sandbox, request)
    found = operation.handler(sandbox, request)
    body = found if isinstance(found, bytes) else json.dumps(found).encode()
    return Answer(200, body, content_type(version), headers)


def _limit(operation: Operation, sandbox: Sandbox, request: Request) -> dict[str, str]:
    if operation.limit is None:
        return {}
    owners = {
        "user": request.state.principal,
        "org": request.path_params.get("orgId"),
        "group": request.path_params.get("groupId"),
    }
    owner = str(owners[operation.limit.scope])
    return sandbox.rate_limits.take(operation.limit, owner, request.url.path)


async def _token(sandbox: Sandbox, request: Request) -> Answer:
    """POST /api/oauth/token, with OAuth's own error bodies."""
    form = parse_qs((await request.body()).decode())
    if form.get("grant_type") != ["client_credentials"]:
        return Answer(400, b'{"error": "unsupported_grant_type"}')
    try:
        token = sandbox.authenticator.issue_token(request.headers.get("authorization", ""))
    except PermissionError as error:
        return Answer(401, json.dumps({"error": str(error)}).encode())
    return Answer(200, json.dumps(_token_document(token)).encode())


def _token_document(token: str) -> dict[str, Any]:
    return {"access_token": token, "expires_in": 3600, "token_type": "Bearer"}


async def _unknown(_sandbox: Sandbox, request: Request) -> Answer:
    raise not_found(request.url.path)


def _response(request: Request, answer: Answer, fault: Fault | None) -> Response:
    kind = fault.kind if fault else ""
    body, headers = answer.body, dict(answer.headers)
    if answer.status == 200 and fault:
        body = _spoiled(body, fault, request.url.path)
    if len(body) >= SMALLEST_GZIP and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    headers |= {"Content-Type": answer.media_type, "Vary": "Accept-Encoding"}
    response = CutResponse if kind == "truncate" and fault and fault.cut_transfer else Response
    return response(body, answer.status, headers)


def _spoiled(body: bytes, fault: Fault, path: str) -> bytes:
    if fault.kind == "truncate" and not fault.cut_transfer:
        return body[: len(body) // 2]
    if fault.kind == "pending_shape" and path.endswith("/invoices/pending"):
        return bare_pending(body)
    if fault.kind == "patch_line_item":
        return patched(body, fault.patch)
    return body
