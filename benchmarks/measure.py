"""CPU, wall and peak memory of one load, in a fresh process of its own."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


class Failed(Exception):
    """A load did not finish, or not with what was generated; there is no result then."""


@dataclass(frozen=True)
class Cost:
    """What a run took, and what it arrived at.

    Attributes:
        cpu_s: User and system seconds, children included.
        peak_mib: The largest resident size, of the process or of a child.
        rows: Lines counted in its database afterwards, outside the clock.
        cents: Their sum.
        requests: What the server counted meanwhile.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    rows: int
    cents: int
    requests: int = 0


def measured(variant: str, *arguments: str, python: Path = Path(sys.executable)) -> Cost:
    """Run `benchmarks.<variant>.load(*arguments)` once.

    This process must stay small: Linux counts the memory of the one that starts a process into
    the peak of the new one.

    Raises:
        Failed: it ended with an error, which it printed.
    """
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "cost.json"
        command = [str(python), "-m", "benchmarks.child", variant, str(result), *arguments]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if code:
            raise Failed(f"{variant} ended with exit code {code}.")
        return Cost(**json.loads(result.read_text()))
