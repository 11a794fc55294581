"""Pages are drawn a few at a time, in the order in which they were asked for.

Python draws one at a time anyway. Twenty that are begun at once are all done late, each with its
rows in memory, and each of the version that was the newest when it began.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

# While one waits for the warehouse, others are drawn.
AT_ONCE = 4
# Others' long queries are in nobody's way for longer.
PATIENCE_S = 10


class Turns:
    """So many at once; who comes later waits for those before.

    A semaphore lets a newcomer pass those that wait: one that asks again at once, as a visitor in a
    hurry does, has the turn before the one that it was meant for has woken up.
    """

    def __init__(self, at_once: int) -> None:
        self.free = at_once
        self._waiting: deque[threading.Event] = deque()
        self._lock = threading.Lock()

    def take(self, patience_s: float) -> bool:
        """Waits up to so many seconds for a turn; whether there is one to give back."""
        with self._lock:
            if self.free:
                self.free -= 1
                return True
            called = threading.Event()
            self._waiting.append(called)
        if called.wait(patience_s):
            return True
        with self._lock:
            # it may have been called meanwhile
            if called.is_set():
                return True
            self._waiting.remove(called)
            return False

    def give_back(self) -> None:
        """Calls the first that waits."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self.free += 1


_turns = Turns(AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Waits until it is this visitor's turn, but not for ever."""
    is_ours = _turns.take(PATIENCE_S)
    try:
        yield
    finally:
        if is_ours:
            _turns.give_back()
