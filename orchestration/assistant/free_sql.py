"""SQL of an assistant's own in a process of its own, which is ended where it takes too much.

DuckDB's limits hold only where DuckDB looks: two calls of repeat() took 41 s and 4.3 GB under a
limit of 3 s and 1 GB. A process can be killed, and the system holds its memory.
"""

import json
import os
import resource
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.actions.model import Refusal
from orchestration.assistant.facts import run_sql
from orchestration.assistant.questions import RunSql
from orchestration.assistant.tool import Document
from orchestration.assistant.warehouse import opened
from orchestration.settings import PACKAGE

GB = 10**9
PAGES = Path("/proc/self/statm")


@dataclass(frozen=True)
class Limits:
    """The most that one statement may take."""

    seconds: float = 20.0
    memory_gb: int = 1


def answered(file: Path, asked: RunSql, limits: Limits) -> Document:
    """The answer to run_sql.

    Raises:
        Refusal: nothing was published, it is no SELECT, or takes more than it may.
    """
    order = {"file": str(file.absolute()), "asked": asked.model_dump(), **asdict(limits)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=json.dumps(order),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            text=True,
            check=False,
            cwd=PACKAGE.parent,
            env={"TZ": "UTC"},  # of ours it needs nothing, and is told nothing
        )
    except subprocess.TimeoutExpired:
        raise Refusal(f"It took longer than {limits.seconds:g} s: ask for less.") from None
    if done.returncode:
        raise Refusal(f"It took more than {limits.memory_gb} GB of memory: ask for less.")
    said: Document = json.loads(done.stdout)
    if "refusal" in said:
        raise Refusal(said["refusal"])
    return said


def main() -> None:
    """Answer the question on standard input."""
    order = json.load(sys.stdin)
    asked, memory_gb = RunSql(**order["asked"]), order["memory_gb"]
    try:
        with opened(Path(order["file"]), order["seconds"], f"{memory_gb}GB") as warehouse:
            _hold_memory(memory_gb * GB)
            said = run_sql(warehouse, asked)
    except Refusal as refusal:
        said = {"refusal": str(refusal)}
    json.dump(said, sys.stdout)


def _hold_memory(more: int) -> None:
    """Let this process take so much more than it has; where the system cannot tell, DuckDB does."""
    if PAGES.exists():
        taken = int(PAGES.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (taken + more, taken + more))


if __name__ == "__main__":
    main()
