"""The same asked for again: a run that was killed goes on, one that just ended is not repeated.

Clusters, users and entries have names, so Atlas itself says whether they are there. Snapshots and
restores have none: only our own records tell that this one was asked for already. What is under way
is always gone on with; what has come to its end counts for a while, and once told, for minutes.
Atlas's lists lag: what is not seen yet is looked for before another is asked for.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import TypeVar

from orchestration.actions.configs import ActionConfig
from orchestration.actions.context import Context, was_unheard
from orchestration.actions.model import ActionFailed, Note, Record, StillWaiting
from orchestration.atlas.errors import AtlasError

# Somebody who runs the very same again within minutes of its end wants its result, not a second.
AFTER_AN_END = timedelta(minutes=10)
# An id of Atlas begins with the second it was made, in eight hex digits.
SECOND = 8
Ids = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True)
class Kind:
    """Something without a name that an action asks for.

    Attributes:
        name: Which of Record.atlas_ids is its id.
        under_way: States in which Atlas is not done with it.
        untold: How long its end counts after the last run that did not see it.
        listed_within: How long what Atlas took may be missing from its list.
    """

    action: str
    name: str
    under_way: frozenset[str]
    untold: timedelta
    listed_within: timedelta


@dataclass(frozen=True)
class Before:
    """What earlier runs of the same got from Atlas.

    Attributes:
        left_at: When the newest of these runs ended.
        told_at: When the first of them ended that told how it came out; None if none did.
    """

    id: str
    left_at: datetime
    told_at: datetime | None


@dataclass(frozen=True)
class Unheard:
    """A request of an earlier run of the same, whose answer got lost.

    Attributes:
        newest: Ids of the newest there were before it, by a space.
        asked_at: When it was sent.
    """

    kind: Kind
    newest: str
    asked_at: datetime

    @property
    def noted(self) -> Ids:
        """As it is kept in a record."""
        name = self.kind.name
        return {f"{name}_before": self.newest, f"{name}_asked_at": self.asked_at.isoformat()}

    @property
    def told(self) -> str:
        """It in a sentence."""
        until = self.asked_at + self.kind.listed_within
        return (
            f"The same was asked for at {self.asked_at:%F %T} UTC and Atlas's answer got lost: it "
            f"is looked for until {until:%T} UTC, and only then asked for anew."
        )

    def seconds_left(self, now: datetime) -> float:
        """How long it may still be missing from Atlas's list although Atlas took it."""
        longest = self.kind.listed_within.total_seconds()
        return min(max(0.0, longest - (now - self.asked_at).total_seconds()), longest)


def before(context: Context, kind: Kind, config: ActionConfig, about: Ids) -> Before | None:
    """What the last run of the same got, if Atlas took it up: however that run ended.

    Args:
        context: Of this run.
        kind: What is asked for.
        config: How.
        about: Ids of what it is about: of a cluster made anew under an old name it is another.
    """
    runs = context.history.runs(kind.action, context.connection, config.what)
    last = next(runs, None)
    if last is None or kind.name not in last.atlas_ids or not _is_about(last, about):
        return None
    found = last.atlas_ids[kind.name]
    same = [last, *takewhile(lambda each: each.atlas_ids.get(kind.name) == found, runs)]
    told = [_ended(each) for each in same if _tells_the_end(each, kind)]
    return Before(found, _ended(last), min(told, default=None))


def still_counts(context: Context, kind: Kind, earlier: Before, *, again: bool) -> bool:
    """Whether what has come to its end is what this run asks for.

    Args:
        context: Of this run.
        kind: What is asked for.
        earlier: As before() found it.
        again: Whether another is wanted, although this one's end was told.
    """
    if earlier.told_at is None:
        return context.now() - earlier.left_at < kind.untold
    return not again and context.now() - earlier.told_at < AFTER_AN_END


def is_missed(context: Context, kind: Kind, earlier: Before, *, again: bool) -> bool:
    """Whether what Atlas knows nothing of may be under way all the same: its end was never told."""
    is_recent = context.now() - earlier.left_at < kind.untold
    return earlier.told_at is None and is_recent and not again


def gone(kind: Kind, what: str, seconds: float) -> ActionFailed:
    """What an earlier run got is not in Atlas any more."""
    return ActionFailed(
        f"{what} is gone: neither Atlas's own read of it nor its list knew it for {seconds:.0f} s. "
        f"Look in Atlas what became of it; {kind.action} with again: true asks for another."
    )


def _ended(record: Record) -> datetime:
    return record.requested_at + timedelta(seconds=record.duration_s)


def _is_about(record: Record, about: Ids) -> bool:
    return all(record.atlas_ids.get(name, each) == each for name, each in about.items())


def _tells_the_end(record: Record, kind: Kind) -> bool:
    """A run that did not wait ends well, too, and has not seen it."""
    status = record.result.get("status") if isinstance(record.result, dict) else None
    return record.outcome in {"applied", "adopted"} and status not in kind.under_way


def before_asking(kind: Kind, ids: Iterable[str], now: datetime) -> Unheard:
    """What to note before something without a name is asked for: the newest of those there are.

    Whatever is newer was asked for later: so it is found, should the answer get lost.
    """
    known = sorted(ids)
    newest = [each for each in known if each[:SECOND] == known[-1][:SECOND]]
    return Unheard(kind, " ".join(newest), now)


def is_newer(found: str, newest: str) -> bool:
    """Whether an id was made after those that before_asking noted."""
    return found not in newest.split() and found[:SECOND] >= newest[:SECOND]


def unheard(context: Context, kind: Kind, config: ActionConfig, about: Ids) -> Unheard | None:
    """What the last run of the same asked for, if it never heard what came of it."""
    runs = context.history.runs(kind.action, context.connection, config.what)
    last = next(runs, None)
    if last is None or kind.name in last.atlas_ids or last.outcome != "in_progress":
        return None
    if context.now() - _ended(last) > kind.untold or not _is_about(last, about):
        return None
    newest = last.atlas_ids.get(f"{kind.name}_before")
    if newest is None:
        return None
    asked_at = last.atlas_ids.get(f"{kind.name}_asked_at")
    return Unheard(
        kind, newest, datetime.fromisoformat(asked_at) if asked_at else last.requested_at
    )


def asked_once(
    context: Context,
    lost: Unheard | None,
    kind: Kind,
    *,
    note: Note,
    about: Ids,
    known: Callable[[], Iterable[str]],
    since: Callable[[str], T | None],
    ask: Callable[[], T],
    timeout_s: float,
) -> T:
    """Ask for something without a name, unless an earlier request whose answer got lost brought it.

    Args:
        context: Of this run.
        lost: That earlier request, if there was one.
        kind: What is asked for.
        note: Keeps what was asked in this run's record, before it is sent.
        about: Ids of what it is about.
        known: Ids of those there are.
        since: One as asked for that is newer than those noted, or None.
        ask: Sends the request.
        timeout_s: How long to look for what the earlier request brought.

    Raises:
        StillWaiting: what became of a request is not known yet.
        AtlasError: Atlas refused it.
    """
    if lost:
        note({**about, **lost.noted})
        if found := looked_for(context, lost, partial(since, lost.newest), timeout_s):
            return found
    asking = before_asking(kind, known(), context.now())
    note({**about, **asking.noted})
    return _heard(ask, partial(since, asking.newest))


def _heard(ask: Callable[[], T], look: Callable[[], T | None]) -> T:
    """What Atlas answered; where it did not say whether it took the request, what there is to see.

    Raises:
        StillWaiting: there is nothing to see of it.
    """
    try:
        return ask()
    except AtlasError as error:
        if not was_unheard(error):
            raise
        with suppress(AtlasError):
            if found := look():
                return found
        raise not_known(error) from None


def looked_for(
    context: Context, lost: Unheard, find: Callable[[], T | None], timeout_s: float
) -> T | None:
    """What Atlas took without saying so, as soon as its list shows it; None where it took nothing.

    Raises:
        StillWaiting: Atlas does not answer, or its list may still be behind after `timeout_s`.
    """
    longest = lost.seconds_left(context.now())
    until, pause = time.monotonic() + min(longest, timeout_s), context.waiting.first_s
    while True:
        try:
            there = find()
        except AtlasError as error:
            raise not_known(error) from error
        left = until - time.monotonic()
        if there or left <= 0:
            break
        context.say(f"{lost.kind.action}: {lost.told}")
        context.client.pause(min(pause, left), lost.kind.action)
        pause = min(pause * context.waiting.growth, context.waiting.longest_s)
    if there is None and timeout_s < longest:
        raise StillWaiting(f"{lost.told} Run the same action again to go on looking.")
    return there


def not_known(error: AtlasError) -> StillWaiting:
    """The answer got lost, and there is nothing to see of what was asked for; not yet, perhaps."""
    return StillWaiting(
        f"{error.said} Whether Atlas took it is not known; run the same action again: it looks "
        "first."
    )
