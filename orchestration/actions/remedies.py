"""What to do about an error of an action: its remedy is another than that of reading costs."""

from orchestration.atlas.errors import AtlasError
from orchestration.permissions.capabilities import ACTIONS, DOCUMENT
from orchestration.status import MISSING_ROLE

SECTION = f"{DOCUMENT}#keys-for-actions"
ROLES = {name: each.role for each in ACTIONS for name in each.entities}
# For a part of what they do, these take more.
OWNER = "Project Owner"
MORE = {
    "create_cluster": f"; for flex clusters {OWNER}",
    "update_cluster": f"; for flex clusters and termination protection {OWNER}",
}


def sentence(error: Exception, action: str, *, has_begun: bool = False) -> str:
    """The one sentence to show: what happened, and what to do about it.

    Args:
        error: What happened.
        action: To which action.
        has_begun: Whether Atlas may have been asked to change something.
    """
    atlas_error = error_of_atlas(error)
    if atlas_error is None:
        return str(error)
    if atlas_error is not error:  # why it is no longer watched; what Atlas took is not in doubt
        return f"{error} {_remedy(atlas_error, action, has_begun=False)}".strip()
    return f"{atlas_error.said} {_remedy(atlas_error, action, has_begun=has_begun)}".strip()


def error_of_atlas(error: BaseException) -> AtlasError | None:
    """What Atlas said, where it is that or was caused by it."""
    return next((each for each in (error, error.__cause__) if isinstance(each, AtlasError)), None)


def _remedy(error: AtlasError, action: str, *, has_begun: bool) -> str:
    if error.cause == MISSING_ROLE:
        role = f"{ROLES.get(action, OWNER)}{MORE.get(action, '')}"
        return f"Give the key for actions the role {role} ({SECTION})."
    if error.cause == "bad key":
        return f"Check the MONGODB_ATLAS_PROVISIONING_… variables ({SECTION})."
    if error.cause in {"not found", "wrong org"}:
        return "Check the names and ids, and that the key for actions is of this organization."
    if has_begun and error.was_sent and (error.status is None or error.status >= 500):
        return "Whether Atlas did it is not known; run the same action again: it looks first."
    return error.remedy
