"""The same asked for again: a run that was killed goes on, one that just ended is not repeated.

Clusters, users and entries have names, so Atlas itself says whether they are there. Snapshots and
restores have none: only our own record tells that this one was asked for already.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestration.actions.configs import ActionConfig
from orchestration.actions.context import Context
from orchestration.actions.model import Record, StillWaiting
from orchestration.atlas.errors import AtlasError

# Somebody who runs the very same again within minutes wants its result, not a second one. After a
# run that never saw the end of what it began, its end still counts for some hours: longer than a
# restore takes, shorter than the time between two nightly runs.
AFTER_AN_END = timedelta(minutes=10)
AFTER_NO_END = timedelta(hours=6)
# An id of Atlas begins with the second it was made, in eight hex digits.
SECOND = 8


@dataclass(frozen=True)
class Before:
    """What an earlier run of the same got from Atlas.

    Attributes:
        is_recent: Whether it counts as this one even if it has come to its end.
    """

    id: str
    is_recent: bool


def before(context: Context, action: str, config: ActionConfig, name: str) -> Before | None:
    """The earlier run of the same, if there was one that Atlas took up.

    Args:
        context: Of this run.
        action: Its name.
        config: What is asked for.
        name: Which id, as in Record.atlas_ids.
    """
    last = context.history.last(action, context.connection, config.what)
    if last is None or name not in last.atlas_ids:
        return None
    is_open = last.outcome == "in_progress"
    if not is_open and last.outcome not in {"applied", "adopted"}:
        return None
    age = context.now() - _ended(last)
    return Before(last.atlas_ids[name], age < (AFTER_NO_END if is_open else AFTER_AN_END))


def _ended(record: Record) -> datetime:
    return record.requested_at + timedelta(seconds=record.duration_s)


def before_asking(name: str, ids: Iterable[str]) -> dict[str, str]:
    """What to note before something without a name is asked for: the newest of those there are.

    Whatever is newer was asked for later: so it is found, should the answer get lost.
    """
    known = sorted(ids)
    newest = [each for each in known if each[:SECOND] == known[-1][:SECOND]]
    return {f"{name}_before": " ".join(newest)}


def is_newer(found: str, newest: str) -> bool:
    """Whether an id was made after those that before_asking noted."""
    return found not in newest.split() and found[:SECOND] >= newest[:SECOND]


def unheard(context: Context, action: str, config: ActionConfig, name: str) -> str | None:
    """What the last run of the same noted before it asked, if it never heard what came of it."""
    last = context.history.last(action, context.connection, config.what)
    if last is None or name in last.atlas_ids or last.outcome != "in_progress":
        return None
    if context.now() - _ended(last) > AFTER_NO_END:
        return None
    return last.atlas_ids.get(f"{name}_before")


def not_known(error: AtlasError) -> StillWaiting:
    """The answer got lost, and there is nothing to see of what was asked for; not yet, perhaps."""
    said = str(error).removesuffix(error.remedy).strip()
    return StillWaiting(
        f"{said} Whether Atlas took it is not known; run the same action again: it looks first."
    )
