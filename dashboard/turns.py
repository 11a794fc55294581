"""Pages are drawn a few at a time, in the order in which they were asked for.

Python draws one at a time anyway. Twenty that are begun at once are all done late, each with its
rows in memory, and each of the version that was the newest when it began.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# While one waits for the warehouse, others are drawn.
AT_ONCE = 4
# Others' long queries are in nobody's way for longer.
PATIENCE_S = 10
_turns = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Waits until it is this visitor's turn, but not for ever."""
    is_ours = _turns.acquire(timeout=PATIENCE_S)
    try:
        yield
    finally:
        if is_ours:
            _turns.release()
