"""The one sentence to show a user for an error, from anywhere in its chain of causes."""

import errno

from orchestration.atlas.errors import AtlasError
from orchestration.settings import SettingsError
from orchestration.warehouse.errors import WarehouseError

KNOWN = (AtlasError, SettingsError, WarehouseError)
NO_ROOM = ("No space left on device", "disk is full", "disk quota exceeded", "File too large")


def explanation(error: BaseException | None) -> str | None:
    """The sentence, or None for what we did not foresee.

    Dagster wraps what a step or a resource raises, so causes are searched too; its own Failure is
    known by name, because importing Dagster takes seconds that a missing key should not cost.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, KNOWN):
            return str(seen)
        if type(seen).__module__.startswith("dagster") and type(seen).__name__ == "Failure":
            return str(getattr(seen, "description", seen))
        if _is_no_room(seen):
            return (
                f"No room left on the disk ({str(seen).splitlines()[0]}). Free some space in the "
                "data folder and run again; what was published before is unchanged."
            )
        seen = getattr(seen, "user_exception", None) or seen.__cause__ or seen.__context__
    return None


def _is_no_room(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return True
    return any(text.lower() in str(error).lower() for text in NO_ROOM)
