"""When to try again and how long to wait before it: decided here, waited for interruptibly."""

import logging
import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import stamina
from stamina.instrumentation import set_on_retry_hooks

from orchestration.atlas.errors import (
    RETRYABLE_STATUSES,
    AtlasError,
    CutShort,
    NotAtlas,
    Stopped,
    Unavailable,
)

T = TypeVar("T")
log = logging.getLogger("atlas_costs")
# Waking a moment early would spend an attempt on another 429.
PAST_RETRY_AFTER_S = 0.5

# stamina would log each retry with all of its arguments; the sentence below says it once.
set_on_retry_hooks([])


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long to try again.

    Attributes:
        attempts: Tries in all.
        initial_wait_s: The first wait; each later one is twice the one before, up to 5 s.
        jitter_s: Up to so much more, so that clients do not return together.
        longest_wait_s: The longest Retry-After that is still waited for, in seconds.
        slowest_bytes_s: A body that brings less than this on average is cut off: at 1 KiB/s the
            smallest invoice worth streaming, 10 MB, would take three hours.
        patience_s: What the average is taken over: one read of 64 KiB after a stall of a minute
            still passes; longer stalls are the read timeout's business.
        base_s: What any request may take in all: Atlas may think for two minutes, see
            client.TIMEOUT. Headers and chunk extensions earn nothing more …
        earning_bytes_s: … but so many bytes of a body earn a second …
        longest_s: … up to this.
        most_document_bytes: The largest document read into memory, decompressed; a page of 500
            clusters has 5 MB.
        most_download_bytes: The largest body streamed, as sent; an invoice of a million lines has
            60 MB.
    """

    attempts: int = 5
    initial_wait_s: float = 1.0
    jitter_s: float = 1.0
    longest_wait_s: float = 120.0
    slowest_bytes_s: int = 1024
    patience_s: float = 60.0
    base_s: float = 180.0
    earning_bytes_s: int = 16 * 1024
    longest_s: float = 4 * 3600.0
    most_document_bytes: int = 64 * 2**20
    most_download_bytes: int = 16 * 2**30


def is_worth_reading_again(error: AtlasError) -> bool:
    """Whether asking again may mend it, where asking twice does no harm."""
    may_pass = isinstance(error, CutShort | NotAtlas | Unavailable)
    return may_pass or error.status in RETRYABLE_STATUSES


def was_not_taken(error: AtlasError) -> bool:
    """Whether Atlas certainly did nothing: it said too many requests, or heard nothing."""
    return error.status == 429 or not error.was_sent


class Patience:
    """Waits that end at once when nobody waits for the answer any more.

    Args:
        policy: How often and how long.
        stop: Set when nobody waits any more.
    """

    def __init__(self, policy: RetryPolicy, stop: threading.Event) -> None:
        self._policy = policy
        self._stop = stop

    def require_wanted(self, what: str) -> None:
        """Go on only if somebody waits.

        Raises:
            Stopped: nobody does.
        """
        if self._stop.is_set():
            raise Stopped(f"{what}: given up on because the run no longer waits for it.")

    def pause(self, seconds: float, what: str) -> None:
        """Wait.

        Raises:
            Stopped: nobody waits any more.
        """
        self._stop.wait(seconds)
        self.require_wanted(what)

    def retrying(
        self, once: Callable[[], T], what: str, may_repeat: Callable[[AtlasError], bool]
    ) -> T:
        """What `once` returns, tried as often as the policy says.

        stamina counts the tries and spaces them; the waiting is done here, because its own sleep
        cannot be interrupted.

        Raises:
            AtlasError: the last try's.
        """
        failed: AtlasError | None = None
        wait = 0.0
        met: Counter[type[AtlasError]] = Counter()

        def may_try_again(error: Exception) -> bool | float:
            nonlocal failed, wait
            if not isinstance(error, AtlasError) or not may_repeat(error):
                return False
            met[type(error)] += 1
            if error.most_tries is not None and met[type(error)] >= error.most_tries:
                return False
            failed, wait = error, _wait_after(error, wait)
            return 0.0 if wait <= self._policy.longest_wait_s else False

        for attempt in stamina.retry_context(
            on=may_try_again,
            attempts=self._policy.attempts,
            timeout=None,
            wait_initial=self._policy.initial_wait_s,
        ):
            with attempt:
                if failed:
                    log.warning("%s Next try in %.0f s.", failed, wait)
                self.pause(wait, what)
                wait = attempt.next_wait + random.uniform(0, self._policy.jitter_s)  # noqa: S311
                return once()
        raise AssertionError("stamina either returns or raises")


def _wait_after(error: AtlasError, backoff: float) -> float:
    return backoff if error.retry_after is None else error.retry_after + PAST_RETRY_AFTER_S
