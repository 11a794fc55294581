"""What a saved report or a shared filter may be called."""

import re
import unicodedata

LONGEST = 60
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def written_name(value: str) -> str:
    """A name as somebody wrote it.

    Raises:
        ValueError: it is none.
    """
    if not _NAME.fullmatch(value) or len(value) > LONGEST:
        raise ValueError(
            f"must be a name such as costs-by-team: a to z, 0 to 9 and single hyphens, at most "
            f"{LONGEST} characters"
        )
    return value


def as_name(title: str) -> str:
    """A name made of a title; empty where the title has no letter of ours."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain))[:LONGEST].strip("-")
