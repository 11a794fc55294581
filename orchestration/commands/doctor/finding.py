"""What the doctor finds: one sentence each, and one that says how to mend it."""

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "note", "mend"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: What was looked at, in a word or two.
        status: ok; note, which needs nothing done; or mend.
        says: What was found.
        remedy: What to do about it; empty where nothing is to be done.
    """

    check: str
    status: Status
    says: str
    remedy: str = ""


def ok(check: str, says: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", says)


def note(check: str, says: str, remedy: str = "") -> Finding:
    """Worth knowing, and no fault."""
    return Finding(check, "note", says, remedy)


def mend(check: str, says: str, remedy: str) -> Finding:
    """Something is wrong."""
    return Finding(check, "mend", says, remedy)
