"""What no warehouse says: a refresh that failed or did not come, a key that ends.

A refresh that fails publishes nothing, so these come from whoever saw it.
"""

import logging
from datetime import datetime, timedelta

from orchestration.atlas.client import RetryPolicy
from orchestration.atlas.errors import AtlasError
from orchestration.extraction.clients import new_client
from orchestration.permissions.keys import facts
from orchestration.settings import Connection, ServiceAccount, Settings, SettingsError
from orchestration.telling.events import Event
from reporting import formats

PAGE = "/connections"
# The refresh waits for it: what Atlas does not say at once, it says the next time.
ONCE = RetryPolicy(attempts=1)
log = logging.getLogger("atlas_costs")


def refresh_failed(sentence: str, version: str, now: datetime) -> Event:
    """That a refresh failed: once a day as long as the same version is the newest.

    Args:
        sentence: Why.
        version: What is published; empty before the first time.
        now: UTC.
    """
    return Event(
        key=f"failed:{version}:{now:%Y-%m-%d}",
        kind="refresh",
        title="Refresh failed: the dashboard still shows the previous data",
        text=sentence,
        page=PAGE,
    )


def refresh_late(last: datetime | None, hours: int, now: datetime) -> Event | None:
    """That no connection was read for longer than it may be; None if it was.

    Args:
        last: When one last was, UTC.
        hours: How long it may be.
        now: UTC.
    """
    if last is None or now - last <= timedelta(hours=hours):
        return None
    return Event(
        key=f"late:{last:%Y-%m-%dT%H:%M:%S}",
        kind="refresh",
        title=f"No refresh for {round((now - last) / timedelta(hours=1))} hours",
        text=f"Atlas was last read on {formats.day(last.date())}, {last:%H:%M} UTC.",
        page=PAGE,
    )


def keys_ending(settings: Settings, now: datetime) -> list[Event]:
    """Secrets of service accounts that end within two weeks; API keys have no end.

    Args:
        settings: Which organizations are connected.
        now: UTC.
    """
    return [
        _ending(connection, end)
        for connection in settings.connections()
        for end in _ends(connection, now)
    ]


def _ends(connection: Connection, now: datetime) -> list[datetime]:
    """What Atlas does not tell is not known; one that has ended is not ours, which signed in."""
    account = connection.credentials
    if not isinstance(account, ServiceAccount):
        return []
    try:
        with new_client(connection, account, retries=ONCE) as client:
            found = facts(client, connection.org_id, account, now).ends
    except (AtlasError, SettingsError) as error:
        log.debug("keys of %s: %s", connection.name, error)
        return []
    return [end for end in found if end > now]


def _ending(connection: Connection, end: datetime) -> Event:
    return Event(
        key=f"key:{connection.name}:{end:%Y-%m-%dT%H:%M:%S}",
        kind="key",
        title=f"The secret of connection {connection.name} expires on {formats.day(end.date())}",
        text="Create a new one in Atlas and run atlas-costs connect before then.",
        page=PAGE,
    )
