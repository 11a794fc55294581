"""What a command starts ends with it, also if it is killed and can stop nothing itself.

This file also runs as a program beside the command. It reads which process groups to end from a
pipe that the command alone holds open, so that the pipe's end is the command's, however it came.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

GRACE_S = 20
POLL_S = 0.2


class Leash:
    """Process groups that end when this process does."""

    def __init__(self, watcher: IO[bytes]) -> None:
        """Args: watcher: Where the program reads, unbuffered."""
        self._watcher = watcher

    def hold(self, group: int) -> None:
        """End this group with us."""
        self._tell(f"+{group}")

    def release(self, group: int) -> None:
        """It has ended: its number may be another's soon."""
        self._tell(f"-{group}")

    def _tell(self, said: str) -> None:
        # who kills the program gives up what it is for, and nothing else
        with suppress(BrokenPipeError):
            self._watcher.write(f"{said}\n".encode())


@contextmanager
def leash() -> Iterator[Leash]:
    """Whatever is still held at the end is ended."""
    # of a session of its own: Ctrl-C is for the command, which then stops what it started
    program = [sys.executable, "-IS", __file__]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, bufsize=0, start_new_session=True
    ) as watcher:
        assert watcher.stdin is not None  # noqa: S101  it is a pipe
        yield Leash(watcher.stdin)


def watch(said: IO[str]) -> None:
    """Until nobody can say more; then end what is held."""
    held: set[int] = set()
    for line in said:
        change = held.add if line[0] == "+" else held.discard
        change(int(line[1:]))
    end(held)


def end(groups: set[int]) -> None:
    """Dagster ends on SIGINT and not on SIGTERM; what is left after the grace is killed."""
    for number in (signal.SIGINT, signal.SIGKILL):
        until = time.monotonic() + GRACE_S
        groups = {each for each in groups if _sent(each, number)}
        while groups and time.monotonic() < until:
            time.sleep(POLL_S)
            groups = {each for each in groups if _sent(each, 0)}


def _sent(group: int, number: int) -> bool:
    """Whether there was anybody to send it to."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    watch(sys.stdin)
