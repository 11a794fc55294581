"""The Atlas API as a Dagster resource: settings become authenticated clients at run time."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg
from pydantic import PrivateAttr

from orchestration.atlas.auth import Auth, ServiceAccountAuth, digest
from orchestration.atlas.client import AtlasClient
from orchestration.settings import ApiKey, Connection, load_settings


def connect(connection: Connection) -> AtlasClient:
    """A client for one worker, with an auth object of its own; close it by leaving its `with`."""
    return AtlasClient(connection.base_url, _auth(connection))


def _auth(connection: Connection) -> Auth:
    credentials = connection.credentials
    if isinstance(credentials, ApiKey):
        return digest(credentials.public_key, credentials.private_key)
    return ServiceAccountAuth(connection.base_url, credentials.client_id, credentials.client_secret)


class AtlasResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """One client per organization for the length of a run: Digest's challenge is answered once."""

    _clients: dict[str, AtlasClient] = PrivateAttr(default_factory=dict)
    _open: ExitStack = PrivateAttr(default_factory=ExitStack)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["AtlasResource"]:  # noqa: ARG002
        """Close every client when the run ends."""
        with self._open:
            yield self

    def connections(self) -> list[Connection]:
        """Every organization to read.

        Raises:
            SettingsError: credentials or the organization id are missing.
        """
        return load_settings().connections()

    def client(self, connection: Connection) -> AtlasClient:
        """This run's client for a connection."""
        if connection.name not in self._clients:
            self._clients[connection.name] = self._open.enter_context(connect(connection))
        return self._clients[connection.name]
