"""A process as a mark that can be written down, and whether the one of a mark still lives.

Numbers of processes are given out again, so a mark has the start too, and the machine: another
one's processes (a container has its own) cannot be looked for.
"""

import os
import socket
import subprocess
from pathlib import Path

PROC = Path("/proc")
BOOT = PROC / "sys/kernel/random/boot_id"
STARTTIME = 19  # proc(5), field 22 of stat, counted after the name, which may contain anything


def mark(pid: int | None = None) -> str:
    """A process as text, this one unless another is named: host, number and start."""
    number = os.getpid() if pid is None else pid
    return f"{socket.gethostname()} {number} {_start(number)}"


def is_dead(written: str) -> bool | None:
    """Whether a mark's process has ended; None where this machine cannot know."""
    host, _, process = written.partition(" ")
    number, _, start = process.partition(" ")
    if host != socket.gethostname() or not number.isdecimal():
        return None
    return _start(int(number)) != start


def _start(pid: int) -> str:
    """When a process began, in whatever units the system has; empty where there is none."""
    return _start_in_proc(pid) if BOOT.exists() else _start_by_ps(pid)


def _start_in_proc(pid: int) -> str:
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # a killed process that nobody has waited for yet still has its number
    return "" if fields[0] == "Z" else f"{fields[STARTTIME]}@{BOOT.read_text().strip()[:8]}"


def _start_by_ps(pid: int) -> str:
    asked = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return "_".join(done.stdout.split())
