"""What organizations cost, measured: `python -m benchmarks.unit_costs 10 100 1000 --workers 4`.

For each number of small organizations (see crowd.py) a first refresh and one a day later, stage by
stage: CPU seconds, user and system, peak memory, requests, bytes and files landed. Exits 1 if a
line or a cent differs from what the sandbox says it billed. benchmarks/capacity.py has the results.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from benchmarks.child import CHILDREN, OWN, PER_MIB
from benchmarks.crowd import Crowd, crowd
from benchmarks.measure import ROOT
from orchestration.refreshing import freshness
from orchestration.refreshing.folder import DataFolder
from orchestration.refreshing.reading import Reading
from orchestration.settings import load_settings

BILLED = "select count(*), coalesce(sum(totalPriceCents), 0)::bigint from stored_line_items"


@dataclass
class Refresh:
    """One refresh.

    Attributes:
        cpu_s: Stage → user and system seconds; extraction is that of the workers.
        peak_mib: Stage → the largest resident size so far: of the process that loads, or of any
            that it started (workers, dbt).
        lines: In raw, and their cents.
        requests: What the sandbox was asked.
        landed_bytes: Of all files in landing, and how many there are.
        build_bytes: Of what is built and published.
    """

    cpu_s: dict[str, float] = field(default_factory=dict)
    peak_mib: dict[str, float] = field(default_factory=dict)
    lines: int = 0
    cents: int = 0
    requests: int = 0
    landed_bytes: int = 0
    landed_files: int = 0
    build_bytes: int = 0


def measured() -> Refresh:
    """Refresh once, in this process and those that it starts, with this environment."""
    settings, found = load_settings(), Refresh()
    folder = DataFolder(settings)
    with folder.held("unit costs"):
        with Reading(settings) as reading, _stage(found, "load", children="extract"):
            reading.bill(folder)
            reading.reports(folder)
            reading.inventory(folder)
            folder.apply_rules()
        with _stage(found, "build", children="build"):
            changed = folder.changed_inputs()
            if changed is None or changed:
                folder.build(changed)
        with _stage(found, "publish", children="publish"):
            freshness.publish(folder)
    with duckdb.connect(str(settings.raw_file), read_only=True) as db:
        found.lines, found.cents = db.execute(BILLED).fetchall()[0]
    found.landed_bytes, found.landed_files = size_of(settings.landing_dir)
    found.build_bytes = size_of(settings.build_dir)[0] + size_of(settings.versions_dir)[0]
    return found


@contextmanager
def _stage(found: Refresh, name: str, children: str) -> Iterator[None]:
    before = {who: _cpu_s(who) for who in (OWN, CHILDREN)}
    yield
    for stage, who in ((name, OWN), (children, CHILDREN)):
        found.cpu_s[stage] = found.cpu_s.get(stage, 0.0) + _cpu_s(who) - before[who]
        peak = resource.getrusage(who).ru_maxrss / PER_MIB
        found.peak_mib[stage] = max(found.peak_mib.get(stage, 0.0), peak)


def _cpu_s(who: int) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def size_of(folder: Path) -> tuple[int, int]:
    """Bytes and number of all files below a folder."""
    sizes = [each.stat().st_size for each in folder.rglob("*") if each.is_file()]
    return sum(sizes), len(sizes)


def compared(served: Crowd, found: Refresh) -> None:
    """Hold lines and cents against the sandbox's own.

    Raises:
        SystemExit: they differ.
    """
    months = [each for months in served.truth().values() for each in months.values()]
    billed = sum(lines for lines, _ in months), sum(cents for _, cents in months)
    if (found.lines, found.cents) != billed:
        raise SystemExit(f"{(found.lines, found.cents)} lines and cents arrived of {billed}.")


def refreshes(count: int, workers: int, folder: Path, **settings: str) -> Iterator[Refresh]:
    """A first refresh of so many organizations and one a day later, each in its own process."""
    with crowd(count) as served:
        environment = served.environment(folder) | {"ATLAS_COSTS_WORKERS": str(workers)} | settings
        yield _refreshed(served, environment)
        served.move_clock()
        yield _refreshed(served, environment)


def _refreshed(served: Crowd, environment: dict[str, str]) -> Refresh:
    before = len(served.requests())
    command = [sys.executable, "-m", "benchmarks.unit_costs", "--one"]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    found = Refresh(**json.loads(done.stdout.splitlines()[-1]))
    found.requests = len(served.requests()) - before
    compared(served, found)
    return found


def main() -> None:
    """Measure what was asked for, and print each as a line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unit_costs", description=__doc__)
    parser.add_argument("organizations", type=int, nargs="*", default=[10, 100, 1000])
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(asdict(measured())))
        return
    for count in asked.organizations:
        with tempfile.TemporaryDirectory(prefix="atlas-costs-crowd-") as folder:
            for name, each in zip(
                ("first", "a day later"),
                refreshes(count, asked.workers, Path(folder)),
                strict=True,
            ):
                told = {"organizations": count, "refresh": name, **asdict(each)}
                print(json.dumps(told), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
