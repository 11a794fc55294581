"""The same asked for again: a run that was killed goes on, one that just ended is not repeated.

Clusters, users and entries have names, so Atlas itself says whether they are there. Snapshots and
restores have none: only our own record tells that this one was asked for already.
"""

from dataclasses import dataclass
from datetime import timedelta

from orchestration.actions.configs import ActionConfig
from orchestration.actions.context import Context

# Somebody who runs the very same again within minutes wants its result, not a second one. After a
# run that never saw the end of what it began, its end still counts for some hours: longer than a
# restore takes, shorter than the time between two nightly runs.
AFTER_AN_END = timedelta(minutes=10)
AFTER_NO_END = timedelta(hours=6)


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
    ended = last.requested_at + timedelta(seconds=last.duration_s)
    age = context.now() - ended
    return Before(last.atlas_ids[name], age < (AFTER_NO_END if is_open else AFTER_AN_END))
