"""`atlas-costs healthy`: whether a part that `serve` runs does its work, asked where it listens."""

import http.client
import os
import socket
from contextlib import redirect_stdout
from pathlib import Path

from orchestration.commands.parts import Part, socket_of
from orchestration.settings import Settings

TIMEOUT_S = 10.0
# daemons say that they live every 30 seconds, and later on a machine that has much to do
HEARTBEAT_S = 300.0
PAGES = {Part.DAGSTER: "/server_info", Part.DASHBOARD: "/_stcore/health"}


def problem(settings: Settings, part: Part) -> str | None:
    """Why a part is not well, as a sentence, or None."""
    if part is Part.DAEMON:
        return _daemon(settings)
    place = socket_of(settings, part)
    if part is Part.CODE:
        return _code(place)
    return _page(place, PAGES[part])


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket file."""

    def __init__(self, place: Path) -> None:
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._place = place

    def connect(self) -> None:
        """Connect to the file; http.client sends the rest."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._place))


def _page(place: Path, path: str) -> str | None:
    connection = _Connection(place)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"{place} does not answer: {error}."
    finally:
        connection.close()
    return None if status == http.client.OK else f"{place} answers {status} to {path}."


def _code(place: Path) -> str | None:
    """It listens also with definitions that do not load, so it is asked for them."""
    from dagster._grpc.client import DagsterGrpcClient  # noqa: PLC0415  seconds
    from dagster._grpc.types import ListRepositoriesResponse  # noqa: PLC0415
    from dagster._serdes import deserialize_value  # noqa: PLC0415

    client = DagsterGrpcClient(socket=str(place))
    # Dagster prints a page about a socket that is not there
    with redirect_stdout(None):
        status = client.health_check_query()  # type: ignore[no-untyped-call]
    if status != "SERVING":
        return f"{place} does not serve Dagster's definitions: {status}."
    found = deserialize_value(client.list_repositories())
    if isinstance(found, ListRepositoriesResponse):
        return None
    cause = getattr(found, "cause", None) or found
    said = str(getattr(cause, "message", cause)).strip().splitlines()
    return f"Dagster's definitions do not load: {said[0]}"


def _daemon(settings: Settings) -> str | None:
    import dagster as dg  # noqa: PLC0415  seconds
    from dagster._daemon.controller import all_daemons_live  # noqa: PLC0415

    home = settings.dagster_home
    if not (home / "dagster.yaml").exists():
        return f"{home} has no Dagster storage yet: start `atlas-costs serve code`."
    os.environ["DAGSTER_HOME"] = str(home)
    with dg.DagsterInstance.get() as instance:
        is_well = all_daemons_live(instance, heartbeat_tolerance_seconds=HEARTBEAT_S)
    return (
        None if is_well else f"Not every Dagster daemon reported within {HEARTBEAT_S:.0f} seconds."
    )
