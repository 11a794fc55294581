"""`/metrics` for Prometheus behind our door: `python -m orchestration.commands.metrics HOST PORT`.

In a process of its own, as pages and Dagster are: what it reads is the published warehouse.
"""

import contextlib
import sys

import uvicorn
from prometheus_client import CollectorRegistry, make_asgi_app
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from orchestration.door import Door
from orchestration.published.metrics import Costs
from orchestration.settings import Settings, load_settings

PATH = "/metrics"


class OnlyMetrics:
    """The one address there is."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer it, and nothing else."""
        if scope["type"] == "http" and scope["path"] != PATH:
            await PlainTextResponse(f"Metrics are at {PATH}.\n", 404)(scope, receive, send)
        elif scope["type"] == "http":
            await self._app(scope, receive, send)


def application(settings: Settings, *, is_beyond_loopback: bool = False) -> ASGIApp:
    """The metrics as an ASGI application."""
    registry = CollectorRegistry()
    registry.register(Costs(settings.published_warehouse, settings.metrics_top))
    app = OnlyMetrics(make_asgi_app(registry))
    return Door(app, settings.allowed_host_names, is_beyond_loopback=is_beyond_loopback)


def serve(host: str, port: int, *, is_beyond_loopback: bool) -> None:
    """Serve them until a signal ends the process."""
    app = application(load_settings(), is_beyond_loopback=is_beyond_loopback)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.run(
            app, host=host, port=port, log_level="warning", proxy_headers=False, lifespan="off"
        )


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), is_beyond_loopback=sys.argv[3:] == ["--beyond-loopback"])
