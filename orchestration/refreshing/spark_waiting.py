"""What a build on a cluster waits for, and how long: Spark itself waits for workers for ever."""

import os
import socket
import threading
import time
from collections.abc import Callable

from orchestration.config.engine import hosts

REACHED_WITHIN_S = 10
LOOKED_AT_EVERY_S = 2
# The active stages, each with its completed tasks and whether any runs; empty if nothing is asked.
Progress = frozenset[tuple[int, int, bool]]


def unreachable(master: str) -> str | None:
    """The sentence that says why no standalone master answers there; None if one does."""
    problems = [_problem(*each) for each in hosts(master)]
    if not problems or None in problems:
        return None
    return (
        f"Apache Spark's master {master} (ATLAS_COSTS_SPARK_MASTER) cannot be reached: "
        f"{'; '.join(filter(None, problems))}."
    )


def _problem(host: str, port: int) -> str | None:
    try:
        socket.create_connection((host, port), timeout=REACHED_WITHIN_S).close()
    except OSError as error:
        return (error.strerror or str(error)).lower()
    return None


class Patience:
    """How long tasks have waited without any that ran or ended.

    Args:
        patience_s: For how long they may.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._seen: Progress = frozenset()
        self._since = 0.0

    def is_over(self, now: float, seen: Progress) -> bool:
        """Whether that was too long, at this second of a clock that only goes forward."""
        if seen != self._seen or not seen or any(is_running for _, _, is_running in seen):
            self._seen, self._since = seen, now
        return now - self._since > self._patience_s


def end_if_starved(master: str, minutes: int, say: Callable[[str], None]) -> None:
    """From now on, say so and end this process once no task ran for so long though some wait.

    Args:
        master: Where Spark runs; in this process it has no workers to wait for.
        minutes: How long.
        say: Takes the sentence.
    """
    if master.startswith("local"):
        return
    arguments = (Patience(minutes * 60), _starved(master, minutes), say)
    threading.Thread(target=_watch, args=arguments, daemon=True).start()


def _starved(master: str, minutes: int) -> str:
    return (
        f"Apache Spark on {master} ran no task for {minutes} minutes "
        "(ATLAS_COSTS_SPARK_PATIENCE_MINUTES): it needs a worker with a free core and the memory "
        "of an executor."
    )


def _watch(patience: Patience, sentence: str, say: Callable[[str], None]) -> None:
    while not patience.is_over(time.monotonic(), _progress()):
        time.sleep(LOOKED_AT_EVERY_S)
    say(sentence)
    # dbt waits for Spark in threads that nothing else ends; Spark's own process ends with this one
    os._exit(1)


def _progress() -> Progress:
    from pyspark import SparkContext  # noqa: PLC0415  installed for this engine alone

    context = SparkContext._active_spark_context  # noqa: SLF001  it has no other name
    # nor has what says that it is not yet begun
    if context is None or getattr(context, "_jsc", None) is None:
        return frozenset()
    tracker = context.statusTracker()
    stages = [(each, tracker.getStageInfo(each)) for each in tracker.getActiveStageIds()]
    return frozenset((id_, of.numCompletedTasks, of.numActiveTasks > 0) for id_, of in stages if of)
