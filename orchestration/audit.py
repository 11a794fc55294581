"""The audit trail of actions, as those who write it and those who load it both know it."""

import getpass
from typing import Literal

FOLDER = "actions"
# Where records lie below landing: <connection>/actions/<month>/<id>.<action>.json
RECORDS = f"*/{FOLDER}/*/*.json"

Outcome = Literal[
    "read",  # a question was answered
    "planned",  # dry run: this is what would be done
    "adopted",  # it was there already, as wanted
    "unchanged",  # there was nothing to do
    "applied",  # Atlas did it
    "in_progress",  # Atlas accepted it and is not done: run the same again to go on waiting
    "refused",  # by us, before anything was sent
    "failed",  # by Atlas, or on the way there
]


def user() -> str:
    """Who runs this; in a container a user may have no name."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
