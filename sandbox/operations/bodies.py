"""What a client sends, read with Atlas's refusals: each names the attribute that is wrong."""

import json
import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request

from sandbox.estate.resources import Tags
from sandbox.wire.errors import AtlasError

Document = dict[str, Any]
LONGEST_TAG = 255
LONGEST_LIFE = timedelta(weeks=1)


def missing(name: str) -> AtlasError:
    """400 for what must be there."""
    detail = f"The required attribute {name} was not specified."
    return AtlasError(400, "MISSING_ATTRIBUTE", detail, (name,))


def invalid(name: str) -> AtlasError:
    """400 for what must not be so."""
    return AtlasError(400, "INVALID_ATTRIBUTE", f"Invalid attribute {name} specified.", (name,))


def sent_object(request: Request) -> Document:
    """The body as an object; none at all is an empty one."""
    found = _sent(request) if request.state.body else {}
    if not isinstance(found, dict):
        raise AtlasError(400, "INVALID_JSON", "Received JSON does not match expected format.")
    return found


def sent_array(request: Request) -> list[Document]:
    """The body as an array of objects."""
    found = _sent(request)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise AtlasError(400, "INVALID_JSON", "Received JSON does not match expected format.")
    return found


def _sent(request: Request) -> object:
    try:
        return json.loads(request.state.body)
    except ValueError:
        raise AtlasError(400, "MALFORMED_JSON", "Received JSON is malformed.") from None


def text(body: Mapping[str, Any], name: str, pattern: str = ".+") -> str:
    """A string that must be there, and whole as the pattern has it."""
    value = body.get(name)
    if value in (None, ""):
        raise missing(name)
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise invalid(name)
    return value


def choice(body: Mapping[str, Any], name: str, choices: Collection[str], default: str = "") -> str:
    """One of some words; without a default it must be there."""
    value = body.get(name, default)
    if value in (None, ""):
        raise missing(name)
    if value not in choices:
        raise invalid(name)
    return str(value)


def flag(body: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """True or false."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise invalid(name)
    return value


def whole(
    body: Mapping[str, Any], name: str, low: int, high: int, default: int | None = None
) -> int:
    """A whole number between two bounds; without a default it must be there."""
    value = body.get(name, default)
    if value is None:
        raise missing(name)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not float(value).is_integer() or not low <= value <= high:
        raise invalid(name)
    return int(value)


def objects(body: Mapping[str, Any], name: str) -> list[Document]:
    """A list of objects; none at all is an empty one."""
    value = body.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise invalid(name)
    return value


def part(body: Mapping[str, Any], name: str) -> Document:
    """An object; none at all is an empty one."""
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise invalid(name)
    return value


def moment(body: Mapping[str, Any], name: str, now: datetime) -> datetime | None:
    """A moment of the coming week, if there is one."""
    value = body.get(name)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise invalid(name) from None
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if found <= now:
        detail = "The specified expiration date must be in the future."
        raise AtlasError(400, "EXPIRATION_DATE_IN_PAST", detail, (name,))
    if found > now + LONGEST_LIFE:
        detail = (
            f"The specified expiration date can be at most {LONGEST_LIFE.days} days in the future."
        )
        raise AtlasError(400, "EXPIRATION_DATE_EXCEEDS_MAX", detail, (LONGEST_LIFE.days, name))
    return found.astimezone(UTC)


def tags(body: Mapping[str, Any]) -> Tags:
    """Tags; one key has one value."""
    found = {}
    for one in objects(body, "tags"):
        values = one.get("key"), one.get("value")
        if not all(isinstance(v, str) and 0 < len(v) <= LONGEST_TAG for v in values):
            raise invalid("tags")
        key, value = map(str, values)
        found[key] = value.replace("{", "{{").replace("}", "}}")  # braces stand for the quarter
    return tuple(found.items())
