"""Dagster's own web application behind our door, in one process: nothing else of it listens.

`dagster dev` would serve it to whoever reaches the port, any page in the same browser included.
"""

import contextlib
import sys
from collections.abc import Collection
from importlib.metadata import version

import uvicorn
from dagster import DagsterInstance
from dagster._core.workspace.load import load_workspace_process_context_from_yaml_paths
from dagster_webserver.app import create_app_from_workspace_process_context
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp

from orchestration.door import Door
from orchestration.settings import load_settings

GRAPHQL = "/graphql"
POLL_MS = 2000  # how often its pages ask what is new, as `dagster dev` has it
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


def behind_door(app: ASGIApp, names: Collection[str]) -> Door:
    """Dagster's application as it may be served."""
    return Door(app, names, also=queries_by_json_alone)


def serve(host: str, port: int, workspace: str) -> None:
    """Serve Dagster's pages until a signal ends the process.

    Args:
        host: Address to listen on.
        port: Port to listen on.
        workspace: Path of the file that says where its code server listens.
    """
    names = load_settings().allowed_host_names
    with (
        contextlib.suppress(KeyboardInterrupt),
        DagsterInstance.get() as instance,
        load_workspace_process_context_from_yaml_paths(
            instance, [workspace], version("dagster-webserver")
        ) as context,
    ):
        app = create_app_from_workspace_process_context(context, live_data_poll_rate=POLL_MS)
        uvicorn.run(
            behind_door(app, names), host=host, port=port, log_level="warning", proxy_headers=False
        )


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), sys.argv[3])
