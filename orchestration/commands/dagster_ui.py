"""Dagster's own web application behind our door, in one process: nothing else of it listens.

`dagster dev` would serve it to whoever reaches the port, any page in the same browser included.
"""

import contextlib
import json
import sys
from collections.abc import Collection
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import uvicorn
from dagster import DagsterInstance
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orchestration.commands.typed_secrets import refusal
from orchestration.door import Door
from orchestration.settings import known_secrets, load_settings

GRAPHQL = "/graphql"
LONGEST = 4 * 2**20
TOO_LONG = "A request of more than 4 MB is no question of Dagster's pages.\n"
POLL_MS = 2000  # how often its pages ask what is new, as `dagster dev` has it
SOCKET = "unix://"
# of a database server, as `dagster-webserver` has them
STATEMENT_MS, RECYCLE_S, OVERFLOW = 15_000, 3_600, 20
NOT_BY_POST = (
    "GraphQL is taken by POST with Content-Type application/json alone: what a link or a form can "
    "send may come from any page.\n"
)


def queries_by_json_alone(asked: HTTPConnection) -> str | None:
    """Dagster runs a mutation from the address of a GET, and of a POST of any other type."""
    if asked.scope["type"] == "websocket" or asked.url.path != GRAPHQL:
        return None
    if asked.scope["method"] == "POST":
        kind = asked.headers.get("content-type", "").partition(";")[0].strip().casefold()
        return None if kind == "application/json" else NOT_BY_POST
    return NOT_BY_POST if asked.url.query else None


class NothingSecret:
    """ASGI middleware that refuses what would keep a secret; see typed_secrets.

    Args:
        app: Dagster's application.
        known: Secrets that this process knows.
    """

    def __init__(self, app: ASGIApp, known: Collection[str] = ()) -> None:
        self._app = app
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read a GraphQL request before Dagster does."""
        if scope["type"] != "http" or scope["path"] != GRAPHQL or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            answer: Response = PlainTextResponse(TOO_LONG, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            await answer(scope, receive, send)
        elif reason := refusal(_document(body), self._known):
            # as GraphQL tells it, and Dagster's pages show it
            answer = JSONResponse({"data": None, "errors": [{"message": reason}]})
            await answer(scope, receive, send)
        else:
            await self._app(scope, _again(body, receive), send)


async def _body(receive: Receive) -> bytes | None:
    """All of a request's body, or None where it is too long."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LONGEST:
            return None
        more = message["type"] == "http.request" and message.get("more_body", False)
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """The body once more, then whatever else comes."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


def _document(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def behind_door(app: ASGIApp, names: Collection[str], known: Collection[str] = ()) -> Door:
    """Dagster's application as it may be served."""
    return Door(NothingSecret(app, known), names, also=queries_by_json_alone)


def serve(host: str, port: int, workspace: str, *, read_only: bool) -> None:
    """Serve Dagster's pages until a signal ends the process.

    Args:
        host: Address to listen on, or unix://PATH for a socket.
        port: Port to listen on, if it is an address.
        workspace: Path of the file that says where its code server listens.
        read_only: Whether nothing can be launched or changed, only looked at.
    """
    settings = load_settings()
    with (
        contextlib.suppress(KeyboardInterrupt),
        DagsterInstance.get() as instance,
        WorkspaceProcessContext(
            instance,
            WorkspaceFileTarget(paths=[workspace]),
            version=version("dagster-webserver"),
            read_only=read_only or settings.dagster_read_only,
        ) as context,
    ):
        instance.optimize_for_webserver(STATEMENT_MS, RECYCLE_S, OVERFLOW)
        app = create_app_from_workspace_process_context(context, live_data_poll_rate=POLL_MS)
        uvicorn.run(
            behind_door(app, settings.allowed_host_names, known_secrets(settings)),
            log_level="warning",
            proxy_headers=False,
            **_place(host, port),
        )


def _place(host: str, port: int) -> dict[str, Any]:
    if host.startswith(SOCKET):
        return {"uds": host.removeprefix(SOCKET)}
    return {"host": host, "port": port}


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), sys.argv[3], read_only=sys.argv[4:] == ["--read-only"])
