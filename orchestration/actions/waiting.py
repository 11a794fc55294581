"""Waiting for Atlas: bounded, told, and over once what is waited for is gone.

Atlas's lists and its single reads lag behind each other, either way. A 404 alone says nothing: what
is gone is in no list either, and still in none some time later.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from orchestration.actions.context import Context, was_unheard
from orchestration.actions.model import ActionFailed, StillWaiting
from orchestration.atlas.errors import AtlasError, NotFound

T = TypeVar("T")
V = TypeVar("V")
GONE, MISSING = "gone", "not found"
GO_ON = "run the same action again to go on waiting"


@dataclass(frozen=True)
class Watched(Generic[T]):
    """Something in Atlas, and how it is looked at.

    Attributes:
        what: It, as a sentence names it.
        read: Atlas's single read; None after 404.
        listed: The same from Atlas's list; None where that lacks it.
        state: What is told of how far it is.
        obstacle: Why it will never come to its end; empty while it may.
    """

    what: str
    read: Callable[[], T | None]
    listed: Callable[[], T | None]
    state: Callable[[T], str] = lambda _: "still there"
    obstacle: Callable[[], str] = lambda: ""

    def seen(self) -> T | None:
        """It by whichever read knows of it; None only where both do not."""
        found = self.read()
        return self.listed() if found is None else found


def wait(
    context: Context,
    watched: Watched[T],
    is_done: Callable[[T], bool],
    timeout_s: float,
    gone_after_s: float | None = None,
    *,
    is_deletion: bool = False,
) -> T | None:
    """Ask again and again until it is done, or gone for certain: then None.

    Args:
        context: Of the run.
        watched: What is waited for.
        is_done: Whether the wait is over.
        timeout_s: The longest wait in all.
        gone_after_s: How long neither read may know of it before it counts as gone; if left out,
            as context.waiting says.
        is_deletion: Whether Atlas was asked to delete it, and said yes.

    Raises:
        StillWaiting: it was not done in time, or Atlas does not answer, or not us any more.
            Nothing is lost by that: the same action, run again, goes on waiting.
        ActionFailed: it will never be done.
    """
    looks = _Looks(context, watched, gone_after_s, is_deletion=is_deletion)
    pause = context.waiting.first_s
    while True:
        found = looks.look()
        if looks.is_gone or (found is not None and is_done(found)):
            return found
        if obstacle := looks.asked(watched.obstacle):
            raise ActionFailed(obstacle)
        if looks.spent_s + pause > timeout_s:
            raise StillWaiting(
                f"{watched.what} is {looks.said} and was not done after {timeout_s:.0f} s: Atlas "
                f"goes on with it; {GO_ON}."
            )
        looks.tell_limit(timeout_s)
        context.client.pause(looks.shortened(pause), watched.what)
        pause = min(pause * context.waiting.growth, context.waiting.longest_s)


class _Looks(Generic[T]):
    """What was seen so far, and since when nothing was."""

    def __init__(
        self,
        context: Context,
        watched: Watched[T],
        gone_after_s: float | None,
        *,
        is_deletion: bool,
    ) -> None:
        self._context, self._watched = context, watched
        waited = context.waiting.gone_after_s
        self._gone_after_s = waited if gone_after_s is None else gone_after_s
        self._began = time.monotonic()  # a clock that is set must not make a wait longer
        self._missing_since: float | None = None
        self._unread_since: float | None = None
        # of what Atlas deletes for us, its yes and its own read count for more than its list
        self._outvoted_after_s = context.waiting.outvoted_after_s if is_deletion else math.inf
        self._has_told_limit = False
        self.said = ""

    @property
    def spent_s(self) -> float:
        return time.monotonic() - self._began

    @property
    def is_gone(self) -> bool:
        """Whether neither read has known of it for as long as it takes."""
        since = self._missing_since
        return since is not None and time.monotonic() - since >= self._gone_after_s

    def look(self) -> T | None:
        found = self._seen()
        if found is not None:
            self._missing_since = None
        elif self._missing_since is None:
            self._missing_since = time.monotonic()
        self._tell(found)
        return found

    def _seen(self) -> T | None:
        found = self.asked(self._watched.read)
        if found is not None:
            self._unread_since = None
            return found
        self._unread_since = self._unread_since or time.monotonic()
        is_outvoted = time.monotonic() - self._unread_since >= self._outvoted_after_s
        return None if is_outvoted else self.asked(self._watched.listed)

    def _tell(self, found: T | None) -> None:
        if found is not None and self._unread_since is None:
            self._say(self._watched.state(found))
        elif found is not None:
            state = self._watched.state(found)
            self._say(state, f"Atlas's list alone shows {self._watched.what}, as {state}.")
        elif self.is_gone:
            self._say(GONE)
        else:
            self._say(MISSING, f"Neither of Atlas's reads knows {self._watched.what} now.")

    def _say(self, state: str, sentence: str = "") -> None:
        if state != self.said:
            self.said = state
            self._context.say(sentence or f"{self._watched.what}: {state}")

    def tell_limit(self, timeout_s: float) -> None:
        if not self._has_told_limit:
            self._has_told_limit = True
            self._context.say(f"Waiting for {self._watched.what}, {_at_most(timeout_s)}.")

    def shortened(self, pause: float) -> float:
        """The pause, or what is left until it may count as gone."""
        since = self._missing_since
        if since is None:
            return pause
        left = self._gone_after_s - (time.monotonic() - since)
        return min(pause, max(left, self._context.waiting.first_s))

    def asked(self, read: Callable[[], V]) -> V:
        try:
            return read()
        except AtlasError as error:  # it took what it was asked for, whatever it says of a look
            raise StillWaiting(
                f"{error.said} Atlas goes on with {self._watched.what}; {GO_ON}."
            ) from error


def _at_most(seconds: float) -> str:
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= unit:
            return f"at most {seconds / unit:.3g} {name}"
    return f"at most {seconds:.0f} s"


def delete(context: Context, watched: Watched[T], ask: Callable[[], None]) -> None:
    """Have something deleted, and see that neither read knows of it any more.

    Args:
        context: Of the run.
        watched: What is deleted.
        ask: Sends the deletion.

    Raises:
        AtlasError: Atlas refused it, or its answer was lost and it is still there.
        StillWaiting: Atlas did not say that it deleted it, and still shows it.
    """
    has_said_yes = False
    try:
        ask()
        has_said_yes = True
    except NotFound:
        pass  # gone already, or the node that was asked is behind: the reads tell
    except AtlasError as error:
        if not was_unheard(error) or not _is_gone(watched):
            raise
    try:
        shows_s = context.waiting.deletion_shows_s
        wait(context, watched, lambda _: False, shows_s, gone_after_s=0, is_deletion=True)
    except StillWaiting:
        if not has_said_yes:
            raise
        context.say(f"Atlas has deleted {watched.what}; a read of it still shows it.")


def _is_gone(watched: Watched[T]) -> bool:
    try:
        return watched.seen() is None
    except AtlasError:
        return False
