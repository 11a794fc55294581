"""CPU, wall and peak memory of a function in a process of its own."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Cost:
    """What a run took.

    Attributes:
        cpu_s: User and system seconds.
        peak_mib: The largest resident size.
        result: What the function returned: lines and cents.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    result: tuple[int, int]


def _child(pipe: Any, work: Callable[..., tuple[int, int]], arguments: tuple[Any, ...]) -> None:  # noqa: ANN401
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    result = work(*arguments)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    pipe.send(Cost(wall, cpu, after.ru_maxrss / 1024, result))


def measured(work: Callable[..., tuple[int, int]], *arguments: Any) -> Cost:  # noqa: ANN401
    """Run once in a fresh process, so that no run inherits another's memory."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(theirs, work, arguments))
    process.start()
    theirs.close()
    cost: Cost = ours.recv()
    process.join()
    return cost
