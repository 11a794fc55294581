"""Credentials become clients; each with an auth object of its own, because two would race."""

import threading

from orchestration.atlas.auth import Auth, ServiceAccountAuth, digest
from orchestration.atlas.budgets import Budgets
from orchestration.atlas.client import AtlasClient, RetryPolicy
from orchestration.atlas.sunsets import Sunsets
from orchestration.atlas.trust import trusting
from orchestration.config.connections import (
    ApiKey,
    Connection,
    Machine,
    ServiceAccount,
    SettingsError,
)
from orchestration.entities import RETIREMENTS
from orchestration.extraction.tokens import KeptToken


def new_client(
    connection: Connection,
    credentials: ApiKey | ServiceAccount | None,
    *,
    budgets: Budgets | None = None,
    sunsets: Sunsets | None = None,
    stop: threading.Event | None = None,
    retries: RetryPolicy | None = None,
) -> AtlasClient:
    """A client for one thread; close it by leaving its `with`.

    Args:
        connection: Where, and how this machine reaches it.
        credentials: The connection's own, its key for actions, or None to ask without.
        budgets: Shared by all clients of a process.
        sunsets: Shared by all clients of a run.
        stop: Set when nobody waits any more.
        retries: How often and how long to try again.

    Raises:
        SettingsError: SSL_CERT_FILE or SSL_CERT_DIR holds no certificates.
    """
    machine = connection.machine
    try:
        trust = trusting(machine.cert_file, machine.cert_dir)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    return AtlasClient(
        connection.base_url,
        _auth(connection.base_url, credentials, machine),
        trust=trust,
        budgets=budgets,
        sunsets=sunsets or Sunsets(RETIREMENTS),
        principal=_principal(credentials),
        stop=stop,
        retries=retries,
    )


def _auth(base_url: str, credentials: ApiKey | ServiceAccount | None, machine: Machine) -> Auth:
    if credentials is None:
        return Auth()
    if isinstance(credentials, ApiKey):
        return digest(credentials.public_key, credentials.private_key)
    folder = machine.tokens_dir
    tokens = KeptToken.of(folder, base_url, credentials, machine.tokens_from) if folder else None
    return ServiceAccountAuth(base_url, credentials.client_id, credentials.client_secret, tokens)


def _principal(credentials: ApiKey | ServiceAccount | None) -> str:
    """Who asks, as Atlas counts requests; no secret."""
    if credentials is None:
        return ""
    return credentials.public_key if isinstance(credentials, ApiKey) else credentials.client_id
