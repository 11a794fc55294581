"""The one sentence to show a user for an error, from anywhere in its chain of causes."""

import errno

from orchestration.actions.model import Refusal
from orchestration.atlas.errors import AtlasError
from orchestration.feedback import FeedbackError
from orchestration.landing.data_format import NewerData
from orchestration.landing.journal import JournalError
from orchestration.landing.packs import PackError
from orchestration.published.lake.errors import LakeError
from orchestration.published.reader import NotPublished
from orchestration.savings.states import SavingsError
from orchestration.settings import SettingsError
from orchestration.statements.files import StatementError
from orchestration.warehouse.errors import WarehouseError

KNOWN = (
    AtlasError,
    FeedbackError,
    JournalError,
    LakeError,
    NewerData,
    NotPublished,
    PackError,
    Refusal,
    SavingsError,
    SettingsError,
    StatementError,
    WarehouseError,
)
NO_ROOM = ("No space left on device", "disk is full", "disk quota exceeded", "File too large")

UNWRITABLE = frozenset(
    {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST, errno.EISDIR}
)


def explanation(error: BaseException | None) -> str | None:
    """The sentence, or None for what we did not foresee.

    Dagster wraps what a step or a resource raises, so causes are searched too; its own Failure is
    known by name, because importing Dagster takes seconds that a missing key should not cost.
    """
    visited: set[int] = set()
    while error is not None and id(error) not in visited:
        visited.add(id(error))
        if sentence := _sentence(error):
            return sentence
        # Dagster's wrapper names the user's exception, whose own context may be the wrapper
        error = getattr(error, "user_exception", None) or error.__cause__ or error.__context__
    return None


def _sentence(error: BaseException) -> str | None:
    if isinstance(error, KNOWN):
        return str(error)
    if type(error).__module__.startswith("dagster") and type(error).__name__ == "Failure":
        return str(getattr(error, "description", error))
    if type(error).__name__ == "DagsterPostgresException":
        return _no_database(error)
    if _is_no_room(error):
        return (
            f"No room left on the disk ({str(error).splitlines()[0]}). Free some space in the "
            "data folder and run again; what was published before is unchanged."
        )
    if isinstance(error, OSError) and error.errno in UNWRITABLE and error.filename:
        return (
            f"Cannot write {error.filename} ({error.strerror}). Make the data folder "
            "(ATLAS_COSTS_DATA_DIR) writable for this user and run again; what was published "
            "before is unchanged."
        )
    return None


def _no_database(error: BaseException) -> str:
    """What PostgreSQL's client says, which names host, port, user and database, no password."""
    said = str(getattr(error.__cause__, "orig", None) or error).strip().splitlines()
    return (
        f"Dagster's storage cannot be reached ({said[0] if said else 'no reason given'}): start "
        "PostgreSQL, or mend ATLAS_COSTS_DAGSTER_POSTGRES_…, and run again."
    )


def _is_no_room(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return True
    return any(text.lower() in str(error).lower() for text in NO_ROOM)
