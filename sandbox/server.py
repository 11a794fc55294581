"""Runs the sandbox: in the foreground for people, in a thread for tests."""

import asyncio
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.request import urlopen

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.access.keys import Key, secrets_of
from sandbox.app import create_app
from sandbox.clock import Clock
from sandbox.crowd import Crowd
from sandbox.estate.pace import DEFAULT_SECONDS
from sandbox.state import Sandbox

START_SECONDS = 10
OWNERS = ("", "linked_", "provisioning_", "linked_provisioning_")
BANNER = """\
Atlas sandbox on {url} (organization "{name}", today {today}). Ctrl-C stops it.

export MONGODB_ATLAS_BASE_URL={url}
export MONGODB_ATLAS_ORG_ID={org_id}
export MONGODB_ATLAS_PUBLIC_KEY={public_key}
export MONGODB_ATLAS_PRIVATE_KEY={private_key}

# or, instead of the two keys, the service account:
# export MONGODB_ATLAS_CLIENT_ID={client_id}
# export MONGODB_ATLAS_CLIENT_SECRET={client_secret}

# A key of its own for what changes things: provisioning and backups.
export MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY={provisioning_public_key}
export MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY={provisioning_private_key}
# export MONGODB_ATLAS_PROVISIONING_CLIENT_ID={provisioning_client_id}
# export MONGODB_ATLAS_PROVISIONING_CLIENT_SECRET={provisioning_client_secret}

# The organization "{linked_name}" is linked to it: its bill is part of the one above, and it has
# a door of its own.
# export MONGODB_ATLAS_ORG_ID={linked_org_id}
# export MONGODB_ATLAS_PUBLIC_KEY={linked_public_key}
# export MONGODB_ATLAS_PRIVATE_KEY={linked_private_key}
"""


class Protocol(H11Protocol):
    """Hands the transport to the application, so that a fault can hang up on a client."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the transport where a request finds it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """Where a sandbox listens and how to sign in, to the paying organization or the linked one."""

    base_url: str
    org_id: str
    public_key: str
    private_key: str
    client_id: str
    client_secret: str
    linked_org_id: str
    linked_public_key: str
    linked_private_key: str
    linked_client_id: str
    linked_client_secret: str
    provisioning_public_key: str
    provisioning_private_key: str
    provisioning_client_id: str
    provisioning_client_secret: str
    linked_provisioning_public_key: str
    linked_provisioning_private_key: str
    linked_provisioning_client_id: str
    linked_provisioning_client_secret: str

    def environment(self) -> dict[str, str]:
        """The variables with which the platform reads it."""
        return {
            "MONGODB_ATLAS_BASE_URL": self.base_url,
            "MONGODB_ATLAS_ORG_ID": self.org_id,
            "MONGODB_ATLAS_PUBLIC_KEY": self.public_key,
            "MONGODB_ATLAS_PRIVATE_KEY": self.private_key,
        }

    def environment_for_actions(self) -> dict[str, str]:
        """The variables with which actions change it."""
        return {
            "MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY": self.provisioning_public_key,
            "MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY": self.provisioning_private_key,
        }

    def truth(self) -> dict[str, Any]:
        """GET /sandbox/truth."""
        document: dict[str, Any] = self.control("truth")
        return document

    def control(self, name: str, body: object = None) -> Any:  # noqa: ANN401 - JSON of any shape
        """GET /sandbox/`name`, or POST `body` there; see `controls.routes` for the names."""
        data = None if body is None else json.dumps(body).encode()
        with urlopen(f"{self.base_url}/sandbox/{name}", data) as answer:  # noqa: S310 - our own
            return json.load(answer)


def serve(
    *,
    port: int = 8080,
    seed: int = 7,
    months: int = 13,
    scale: int = 1,
    host: str = "127.0.0.1",
    today: date | None = None,
    pace: float = DEFAULT_SECONDS,
    anomalies: bool = False,
    wasteful: bool = False,
    organizations: int = 0,
) -> None:
    """Serve until interrupted; a port in use ends the program with exit code 1."""
    sandbox = _sandbox(
        seed,
        months,
        scale,
        today,
        pace,
        organizations=organizations,
        odd=anomalies,
        wasteful=wasteful,
    )
    try:
        listener = _listen(host, port)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise SystemExit(f"Port {port} on {host} cannot be used: {reason}.") from None
    described = _describe(sandbox, host, listener)
    server = _server(sandbox, lambda: _print_banner(sandbox, described))
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


@contextmanager
def running(
    *,
    seed: int = 7,
    months: int = 13,
    scale: int = 1,
    today: date | None = None,
    pace: float = DEFAULT_SECONDS,
    anomalies: bool = False,
    wasteful: bool = False,
    organizations: int = 0,
) -> Iterator[RunningSandbox]:
    """A sandbox on a free port, served from a thread of this process."""
    sandbox = _sandbox(
        seed,
        months,
        scale,
        today,
        pace,
        organizations=organizations,
        odd=anomalies,
        wasteful=wasteful,
    )
    listener = _listen("127.0.0.1", 0)
    server = _server(sandbox)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        _wait_until_started(server)
        yield _describe(sandbox, "127.0.0.1", listener)
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
        listener.close()


def _sandbox(
    seed: int,
    months: int,
    scale: int,
    today: date | None,
    pace: float,
    *,
    organizations: int,
    odd: bool,
    wasteful: bool,
) -> Sandbox:
    """A sandbox whose bill is already drawn up, that no first request waits for it; or a crowd."""
    clock = Clock(today or datetime.now(UTC).date())
    if organizations:
        return Crowd(seed, organizations, months, clock, pace)
    sandbox = Sandbox(seed, months, scale, clock, pace, wasteful=wasteful)
    if odd:
        sandbox.add_oddities()
    sandbox.books.invoices()
    return sandbox


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


class _Server(uvicorn.Server):
    """Says where it is once it serves: a signal to one that is still starting can be lost."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()


def _server(sandbox: Sandbox, announce: Callable[[], None] = lambda: None) -> uvicorn.Server:
    config = uvicorn.Config(
        create_app(sandbox),
        http=Protocol,
        log_level="critical",
        date_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )
    return _Server(config, announce)


def _wait_until_started(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline:
            raise TimeoutError("the sandbox did not start")
        time.sleep(0.005)


def _describe(sandbox: Sandbox, host: str, listener: socket.socket) -> RunningSandbox:
    name = f"[{host}]" if ":" in host else host
    owners = zip(OWNERS, (*sandbox.keys, *sandbox.provisioning_keys), strict=True)
    keys = {name: value for who, key in owners for name, value in _secrets(who, key)}
    return RunningSandbox(
        base_url=f"http://{name}:{listener.getsockname()[1]}",
        org_id=sandbox.org.id,
        linked_org_id=sandbox.books.linked.id,
        **keys,
    )


def _secrets(owner: str, key: Key) -> Iterator[tuple[str, str]]:
    for name, value in secrets_of(key).items():
        yield f"{owner}{name}", value


def _print_banner(sandbox: Sandbox, running_sandbox: RunningSandbox) -> None:
    text = BANNER.format(
        url=running_sandbox.base_url,
        name=sandbox.org.name,
        today=sandbox.clock.today,
        linked_name=sandbox.books.linked.name,
        **asdict(running_sandbox),
    )
    if isinstance(sandbox, Crowd):
        text += f"\n# All keys: {running_sandbox.base_url}/sandbox/credentials\n"
    print(text, flush=True)
