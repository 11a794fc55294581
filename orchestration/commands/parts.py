"""The parts of an installation that may run apart, and where each listens.

Healthchecks ask every minute, so this imports nothing of Dagster's, which takes seconds.
"""

from enum import StrEnum
from pathlib import Path

from orchestration.settings import Settings, SettingsError

LONGEST = 100  # a socket's path may have 104 bytes on a Mac, 108 on Linux


class Part(StrEnum):
    """What can be run by itself."""

    CODE = "code"
    DAEMON = "daemon"
    DAGSTER = "dagster"
    DASHBOARD = "dashboard"


def socket_of(settings: Settings, part: Part) -> Path:
    """Where a part listens.

    Raises:
        SettingsError: no socket can have so long a path.
    """
    path = settings.sockets / f"{part}.sock"
    if len(bytes(path)) > LONGEST:
        raise SettingsError(
            f"{path} is too long for a socket: set ATLAS_COSTS_SOCKETS_DIR to a shorter folder."
        )
    return path
