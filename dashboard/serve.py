"""The pages behind our door: `python -m dashboard.serve HOST PORT`, as `atlas-costs up` does."""

import contextlib
import sys
from pathlib import Path

import uvicorn
from starlette.middleware import Middleware
from streamlit.starlette import App

from orchestration.door import Door
from orchestration.settings import load_settings

APP = Path(__file__).with_name("app.py")
SOCKET = "unix://"


def application(*, is_beyond_loopback: bool = False) -> App:
    """The pages as an ASGI application."""
    names = load_settings().allowed_host_names
    door = Middleware(Door, names, is_beyond_loopback=is_beyond_loopback)
    return App(APP, middleware=[door])


def serve(host: str, port: int, *, is_beyond_loopback: bool) -> None:
    """Serve the pages until a signal ends the process; a host unix://PATH has no port."""
    app = application(is_beyond_loopback=is_beyond_loopback)
    with contextlib.suppress(KeyboardInterrupt):
        if host.startswith(SOCKET):
            # Streamlit's own runner takes no socket
            place = host.removeprefix(SOCKET)
            uvicorn.run(app, uds=place, log_level="warning", access_log=False, proxy_headers=False)
        else:
            options = {"server.address": host, "server.port": port, "server.headless": True}
            app.run(config=options)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), is_beyond_loopback=sys.argv[3:] == ["--beyond-loopback"])
