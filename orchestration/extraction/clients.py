"""Credentials become clients; each with an auth object of its own, because two would race."""

import threading

from orchestration.atlas.auth import Auth, ServiceAccountAuth, digest
from orchestration.atlas.budgets import Budgets
from orchestration.atlas.client import AtlasClient, RetryPolicy
from orchestration.config.connections import ApiKey, ServiceAccount


def new_client(
    base_url: str,
    credentials: ApiKey | ServiceAccount,
    *,
    budgets: Budgets | None = None,
    stop: threading.Event | None = None,
    retries: RetryPolicy | None = None,
) -> AtlasClient:
    """A client for one thread; close it by leaving its `with`."""
    return AtlasClient(
        base_url,
        _auth(base_url, credentials),
        budgets=budgets,
        principal=_principal(credentials),
        stop=stop,
        retries=retries,
    )


def _auth(base_url: str, credentials: ApiKey | ServiceAccount) -> Auth:
    if isinstance(credentials, ApiKey):
        return digest(credentials.public_key, credentials.private_key)
    return ServiceAccountAuth(base_url, credentials.client_id, credentials.client_secret)


def _principal(credentials: ApiKey | ServiceAccount) -> str:
    """Who asks, as Atlas counts requests; no secret."""
    return credentials.public_key if isinstance(credentials, ApiKey) else credentials.client_id
