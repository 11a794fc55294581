"""Is this machine's clock right? Atlas's own Date header says, on any answer, without a key."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from orchestration.atlas.client import AtlasClient

TOLERATED_S = 300


def clock_warning(client: AtlasClient) -> str | None:
    """The sentence about a clock that is more than five minutes off, or None.

    Args:
        client: Signed in or not.
    """
    said = _date(client)
    if said is None:
        return None
    seconds = (datetime.now(UTC) - said).total_seconds()
    if abs(seconds) <= TOLERATED_S:
        return None
    direction = "fast" if seconds > 0 else "slow"
    return (
        f"This machine's clock is {abs(seconds) / 60:.0f} minutes {direction} by Atlas's: correct "
        "it, or sign-in and dates go wrong."
    )


def _date(client: AtlasClient) -> datetime | None:
    try:
        return parsedate_to_datetime(str(client.date())).astimezone(UTC)
    except (TypeError, ValueError):
        return None
