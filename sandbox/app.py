"""The ASGI application: signs in, negotiates, limits, answers, and lets faults strike."""

import json
from collections.abc import Awaitable, Callable
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import controls
from sandbox.access import rules as access
from sandbox.operations import presigned
from sandbox.operations.reads import OPERATIONS, WRITES, Operation
from sandbox.operations.writes import PROVISIONING
from sandbox.state import Sandbox
from sandbox.wire.answers import Answer, after_all, error_answer, response, struck
from sandbox.wire.errors import AtlasError, not_found
from sandbox.wire.media import content_type, negotiate, sunset_headers
from sandbox.wire.spoils import Nothing

SLASHED = ("entryValue", "username")
Answering = Callable[[Sandbox, Request], Awaitable[Answer]]


def create_app(sandbox: Sandbox) -> Starlette:
    """The routes of Atlas's API and of the sandbox's own controls."""
    routes = [
        Route(_route(one.path), _endpoint(sandbox, partial(_operate, one)), methods=[one.method])
        for one in PROVISIONING + OPERATIONS + WRITES
    ]
    token = _endpoint(sandbox, _token)
    routes.append(Route("/api/oauth/token", token, methods=["POST"]))
    routes.append(Route(presigned.PATH, _endpoint(sandbox, presigned.download)))
    unknown = _endpoint(sandbox, _unknown)
    routes.append(Route("/api/{rest:path}", unknown, methods=["GET", "POST", "PATCH", "DELETE"]))
    return Starlette(routes=routes + controls.routes(sandbox))


def _route(template: str) -> str:
    """A template as the router reads it: some names hold a slash, which comes encoded."""
    for name in SLASHED:
        template = template.replace(f"{{{name}}}", f"{{{name}:path}}")
    return template


def _endpoint(sandbox: Sandbox, answering: Answering) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        fault = sandbox.faults.strike(request)
        answer = await struck(fault) or await _answer(sandbox, request, answering)
        answer, fault = after_all(answer, fault)
        dropped = fault is not None and fault.hangs_up
        sandbox.requests.append(
            {
                "method": request.method,
                "path": request.url.path,
                "query": request.url.query,
                "status": None if dropped else answer.status,
            }
        )
        if dropped:
            return Nothing()
        skew = sandbox.faults.condition("clock_skew", request)
        return response(request, answer, fault, skew)

    return endpoint


async def _answer(sandbox: Sandbox, request: Request, answering: Answering) -> Answer:
    try:
        return await answering(sandbox, request)
    except AtlasError as error:
        return error_answer(error)


async def _operate(operation: Operation, sandbox: Sandbox, request: Request) -> Answer:
    caller = sandbox.authenticator.caller(request)
    access.check_address(caller.key, request)
    seen = sandbox.seen_by(caller.key)
    accept, path = request.headers.get("accept", ""), request.url.path
    version = negotiate(accept, path, operation.versions, operation.gone)
    request.state.principal = caller.name
    request.state.condition = partial(sandbox.faults.condition, request=request)
    request.state.body = await request.body()
    told = sandbox.faults.condition("sunset", request)
    sunset = date.fromisoformat(told.date) if told else operation.sunsets.get(version)
    announced = sunset_headers(sunset, sandbox.clock.today, version, path)
    headers = announced | _limit(operation, sandbox, request)
    sandbox.pace.look()
    access.check_owner(request, seen.org, seen.other_org, sandbox.clock.today)
    group_id = request.path_params.get("groupId")
    access.check_roles(caller.key, operation.path, operation.roles, group_id)
    found = operation.handler(seen, request)
    body = _written(found)
    return Answer(operation.status, body, content_type(version), headers)


def _written(found: object) -> bytes:
    """A result as it goes out: nothing for what has none."""
    if found is None:
        return b""
    return found if isinstance(found, bytes) else json.dumps(found).encode()


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
