"""Names and secrets that are the same for the same seed, on any machine."""

import hashlib
import uuid


def digest(*parts: object) -> str:
    """64 hexadecimal digits that depend on every part."""
    return hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest()


def object_id(*parts: object) -> str:
    """24 hexadecimal digits: the shape of every id in Atlas."""
    return digest(*parts)[:24]


def letters(count: int, *parts: object) -> str:
    """Lower-case letters: the shape of a public API key."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in digest(*parts)[:count])


def secret_uuid(*parts: object) -> str:
    """The shape of a private API key."""
    return str(uuid.UUID(digest(*parts)[:32]))
