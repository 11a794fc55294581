"""The pages behind our door: `python -m dashboard.serve HOST PORT`, as `atlas-costs up` does."""

import contextlib
import ctypes
import gc
import os
import sys
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pandas as pd
import uvicorn
from altair.utils import schemapi
from starlette.middleware import Middleware
from streamlit.starlette import App
from streamlit.web.bootstrap import load_config_options

from dashboard.signing_in import PROXY_EMAIL, PROXY_GROUPS, identity
from orchestration.config.sign_in import Provider, Proxy
from orchestration.door import Door, TrustedHeaders
from orchestration.settings import Settings, SettingsError, load_settings

APP = Path(__file__).with_name("app.py")
SOCKET = "unix://"
_M_ARENA_MAX = -8  # malloc.h


def application(*, is_beyond_loopback: bool = False, is_on_socket: bool = False) -> App:
    """The pages as an ASGI application.

    Raises:
        SettingsError: they would be open to others without a sign-in, or it cannot be set up.
    """
    settings = load_settings()
    how = identity()
    if is_beyond_loopback:
        require_sign_in(settings)
    door = Middleware(
        Door,
        settings.allowed_host_names,
        is_beyond_loopback=is_beyond_loopback,
        trusted=_trusted(how, is_on_socket=is_on_socket) if isinstance(how, Proxy) else None,
    )
    secrets = {"auth": _auth(how)} if isinstance(how, Provider) else None
    return App(APP, middleware=[door], secrets=secrets, lifespan=_settled)


def _trusted(proxy: Proxy, *, is_on_socket: bool) -> TrustedHeaders:
    """Who connects by a socket has no address: its folder alone says who may."""
    if is_on_socket:
        return TrustedHeaders(proxy.headers, is_anybody_ours=proxy.has_socket)
    return TrustedHeaders(proxy.headers, proxy.networks)


def require_sign_in(settings: Settings) -> None:
    """Refuse to show costs to whoever reaches the port.

    Raises:
        SettingsError: nobody has to sign in, and nobody said that this is wanted.
    """
    if identity() is None and not settings.allow_anonymous:
        raise SettingsError(
            "The pages would be open to whoever reaches them: set up sign-in (docs/workspaces.md), "
            "or set ATLAS_COSTS_ALLOW_ANONYMOUS=true if your network protects them."
        )


def _auth(provider: Provider) -> dict[str, Any]:
    """What Streamlit knows of a provider; kept in memory, so that no file has the secrets."""
    return {
        "redirect_uri": provider.redirect_uri,
        "cookie_secret": provider.cookie_secret.get_secret_value(),
        "client_id": provider.client_id,
        "client_secret": provider.client_secret.get_secret_value(),
        "server_metadata_url": provider.metadata_url,
        "client_kwargs": {"scope": provider.scope},
    }


@contextlib.asynccontextmanager
async def _settled(_app: App) -> AsyncIterator[None]:
    """Import what pages are made of before anyone visits, and look for no garbage in it.

    Streamlit collects garbage after every run of a page: 200,000 objects that stay took 0.1 s.
    """
    names = {each.name for each in iter_modules([str(APP.parent)])} - {
        APP.stem,
        Path(__file__).stem,
    }
    for name in sorted(names):
        import_module(f"dashboard.{name}")
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()  # or DuckDB takes what is left for leaks


def _trust_charts() -> None:
    """Let Altair look at a chart as a whole alone, and not at each of its parts as it is made.

    It finds mistakes of ours, which tests find with it: 0.1 of the 0.3 s of a report with layers.
    """
    schemapi.disable_debug_mode()


def _keep_texts_as_python() -> None:
    """Let pandas hold texts as Python does: Arrow copies a whole column to change some of it.

    A table of 200 lines as a page writes it takes 0.04 instead of 0.07 CPU seconds.
    """
    pd.set_option("mode.string_storage", "python")


def _share_memory() -> None:
    """Let threads, of which each run of a page is one, give memory back to each other.

    Where the C library is not glibc, that is its own matter.
    """
    if hasattr(c := ctypes.CDLL(None), "mallopt"):
        c.mallopt(_M_ARENA_MAX, 2)


def serve(host: str, port: int, *, is_beyond_loopback: bool) -> None:
    """Serve the pages until a signal ends the process; a host unix://PATH has no port."""
    _share_memory()
    _trust_charts()
    _keep_texts_as_python()
    is_on_socket = host.startswith(SOCKET)
    app = application(is_beyond_loopback=is_beyond_loopback, is_on_socket=is_on_socket)
    options: dict[str, Any] = {
        "server.address": host, "server.port": port, "server.headless": True,
        # nobody edits these pages while they are served: each session would watch 240 files
        "server.fileWatcherType": "none",
    }  # fmt: skip
    if isinstance(how := identity(), Proxy):
        called = dict(zip(how.headers, (PROXY_EMAIL, PROXY_GROUPS), strict=False))
        options["server.trustedUserHeaders"] = called
        # or uvicorn would take a peer's word for its address
        os.environ["FORWARDED_ALLOW_IPS"] = ""
    with contextlib.suppress(KeyboardInterrupt):
        if is_on_socket:
            # Streamlit's own runner, which would read the options, takes no socket
            load_config_options(options)
            place = host.removeprefix(SOCKET)
            uvicorn.run(app, uds=place, log_level="warning", access_log=False, proxy_headers=False)
        else:
            app.run(config=options)


if __name__ == "__main__":
    beyond = sys.argv[3:] == ["--beyond-loopback"]
    try:
        serve(sys.argv[1], int(sys.argv[2]), is_beyond_loopback=beyond)
    except SettingsError as error:
        sys.exit(f"error: {error}")
