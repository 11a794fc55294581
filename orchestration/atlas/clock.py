"""Is this machine's clock right? Atlas's own Date header says, on any answer, without a key."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError
from urllib.request import Request, urlopen

TOLERATED_S = 300
TIMEOUT_S = 10


def clock_warning(base_url: str) -> str | None:
    """The sentence about a clock that is more than five minutes off, or None.

    Args:
        base_url: Atlas's address; http or https, as settings require.
    """
    said = _date_header(base_url)
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


def _date_header(base_url: str) -> datetime | None:
    request = Request(f"{base_url}/api/atlas/v2", headers={"User-Agent": "atlas-costs"})  # noqa: S310
    try:
        with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310  http(s) by validation
            header = answer.headers["Date"]
    except HTTPError as error:
        header = error.headers["Date"]
        error.close()
    except OSError:
        return None
    try:
        return parsedate_to_datetime(str(header)).astimezone(UTC)
    except (TypeError, ValueError):
        return None
