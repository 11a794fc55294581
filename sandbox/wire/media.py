"""Versioned media types: which version of an operation an Accept header asks for."""

import re
from datetime import UTC, date, datetime, time
from email.utils import format_datetime

from sandbox.wire.errors import AtlasError

_VERSIONED = re.compile(r"application/vnd\.atlas\.(\d{4}-\d\d-\d\d)\+json")
_ANY = {"", "*/*", "application/*", "application/json"}


def negotiate(accept: str, path: str, versions: tuple[str, ...], gone: tuple[str, ...] = ()) -> str:
    """The newest of `versions` (oldest first) that is not newer than the date asked for.

    A plain Accept gets the oldest. A date that leads to a version Atlas has switched off is its
    410 (the cluster operations before 2024-08-05, since March 2026); what suits nobody is its 406.
    """
    for part in accept.split(","):
        media_type = part.split(";")[0].strip().lower()
        if media_type in _ANY:
            return versions[0]
        asked = _VERSIONED.fullmatch(media_type)
        known = [one for one in gone + versions if asked and one <= _checked(asked[1])]
        if known and known[-1] in gone:
            raise _gone(known[-1], path.lstrip("/"))
        if known:
            return known[-1]
    raise _unacceptable()


def sunset_headers(sunset: date | None, today: date, version: str, path: str) -> dict[str, str]:
    """What announces the end of a version; from that day on Atlas's 410."""
    if sunset is None:
        return {}
    if today >= sunset:
        raise _gone(version, path.lstrip("/"))
    midnight = datetime.combine(sunset, time(), UTC)
    return {"Sunset": format_datetime(midnight, usegmt=True)}


def _gone(version: str, path: str) -> AtlasError:
    detail = f"Version {version} of {path} is no longer available."
    return AtlasError(410, "VERSION_GONE", detail, (version, path))


def _unacceptable() -> AtlasError:
    return AtlasError(406, "INVALID_VERSION_DATE", "Invalid accept header or version date.")


def _checked(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _unacceptable() from None


def content_type(version: str) -> str:
    """The media type an answer is labelled with."""
    return f"application/vnd.atlas.{version}+json;charset=utf-8"
