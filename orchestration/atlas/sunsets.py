"""What Atlas says it will retire: the `Sunset` and `Deprecation` headers of its answers."""

import logging
import re
import threading
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

log = logging.getLogger("atlas_costs")
VERSION = re.compile(r"vnd\.atlas\.([\d-]+)\+json")


class Sunsets:
    """What was announced so far; one object for all clients of a run, so that each is said once.

    Args:
        expected: Days of ends that are provided for; those are told in the log and no warning.

    Attributes:
        sentences: One for each operation and version that ends unexpectedly.
    """

    def __init__(self, expected: Collection[str] = ()) -> None:
        self.sentences: list[str] = []
        self._expected = frozenset(expected)
        self._known: set[tuple[str, ...]] = set()
        self._lock = threading.Lock()

    def observe(self, path: str, accept: str, what: str, headers: Mapping[str, str]) -> None:
        """Note what an answer announces.

        Args:
            path: What was asked for.
            accept: The media type asked for.
            what: What it is, for people.
            headers: The answer's; looked up in lower case.
        """
        sunset, deprecation = headers.get("sunset", ""), headers.get("deprecation", "")
        if not (sunset or deprecation):
            return
        found = VERSION.search(accept)
        version = found[1] if found else ""
        # of /groups/{id}/clusters/{name}/… every second part is the operation's own
        known = (*path.strip("/").split("/")[3::2], version)
        with self._lock:
            if known in self._known:
                return
            self._known.add(known)
        if sunset and _day(sunset) in self._expected:
            log.info("%s: Atlas ends this on %s, as expected", what, _day(sunset))
            return
        self.sentences.append(_sentence(what, version, sunset, deprecation))
        log.warning("Notice from Atlas about %s", self.sentences[-1])


def _sentence(what: str, version: str, sunset: str, deprecation: str) -> str:
    asked = f" at version {version}" if version else ""
    if sunset:
        return (
            f"{what}: Atlas will no longer answer this{asked} from {_day(sunset)} on: "
            "update atlas-costs before then."
        )
    return f"{what}: Atlas calls this{asked} deprecated ({_day(deprecation)}), without an end yet."


def _day(said: str) -> str:
    """A date as HTTP, ISO 8601 or RFC 9745 (@ and seconds since 1970) write it, as YYYY-MM-DD."""
    text = said.strip()
    for read in (parsedate_to_datetime, datetime.fromisoformat, _unix):
        try:
            return read(text).strftime("%Y-%m-%d")
        except (ValueError, OverflowError, OSError):
            continue
    return repr(text[:40])


def _unix(text: str) -> datetime:
    return datetime.fromtimestamp(int(text.removeprefix("@")), UTC)
