"""The Atlas API as a Dagster resource: settings become authenticated clients at run time."""

import dagster as dg

from orchestration.atlas.auth import ServiceAccountAuth, digest
from orchestration.atlas.client import AtlasClient
from orchestration.settings import ApiKey, Connection, load_settings


class AtlasResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Clients for the organizations in the settings, each with an auth object of its own."""

    def connections(self) -> list[Connection]:
        """Every organization to read.

        Raises:
            SettingsError: credentials or the organization id are missing.
        """
        return load_settings().connections()

    def client(self, connection: Connection) -> AtlasClient:
        """A client for one worker; close it by leaving its `with`."""
        credentials = connection.credentials
        if isinstance(credentials, ApiKey):
            auth = digest(credentials.public_key, credentials.private_key)
        else:
            auth = ServiceAccountAuth(
                connection.base_url, credentials.client_id, credentials.client_secret
            )
        return AtlasClient(connection.base_url, auth)
