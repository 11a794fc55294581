"""A year of daily refreshes in a sandbox whose clock moves on: what a day costs, what it leaves."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from benchmarks.measure import ROOT, Failed
from benchmarks.refreshing import clean_environment
from benchmarks.report import Target, show_targets
from orchestration.files import in_words
from sandbox import running

EARLY, AROUND, MONTH = 30, 2, 30
MOST = 1.2
KNOWN = {
    "landing",
    "build",
    "versions",
    "dagster",
    "atlas_costs.duckdb",
    "statements",
    "feedback",
    "alerts",
}


@dataclass(frozen=True)
class Day:
    """What one day's refresh took, in seconds, children included."""

    wall_s: float
    cpu_s: float


def longevity(folder: Path, days: int) -> None:
    """Refresh day after day, keep house once a month, and compare the last days with the 30th.

    What is in `folder` is gone on with, as 400 days take longer than a machine may be free.

    Raises:
        Failed: a refresh failed, or something is left over.
    """
    data, diary = folder / "data", Diary(folder / "days.jsonl")
    print(f"\n{days} daily refreshes of the demo's organization, {len(diary.took)} done before")
    with running(today=diary.began) as atlas:
        environment = clean_environment(data) | atlas.environment()
        atlas.control("clock", {"days": len(diary.took)})
        for number in range(len(diary.took) + 1, days + 1):
            diary.add(_day(environment, number, diary.day(number)))
            atlas.control("clock", {"days": 1})
    last = diary.day(days)
    _show_disk("at the end", environment, last)
    _require_nothing_left(data, environment, last)
    show_targets(list(_targets(diary.took)))


class Diary:
    """What each day took: one line of JSON a day, after one with the day it began on."""

    def __init__(self, file: Path) -> None:
        self._file = file
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f'"{date.today()}"\n')  # noqa: DTZ011  as the sandbox's clock
        first, *rest = map(json.loads, file.read_text().splitlines())
        self.began = date.fromisoformat(first)
        self.took = [Day(**each) for each in rest]

    def day(self, number: int) -> date:
        """The date of day 1, 2 and so on."""
        return self.began + timedelta(number - 1)

    def add(self, day: Day) -> None:
        """Note the next day."""
        self.took.append(day)
        with self._file.open("a") as lines:
            lines.write(json.dumps(asdict(day)) + "\n")


def _day(environment: dict[str, str], number: int, today: date) -> Day:
    took = _ran(environment, today, "refresh")
    print(f"  day {number}: {took.wall_s:.2f} s wall, {took.cpu_s:.2f} s CPU", flush=True)
    if number % MONTH == 0:
        _show_disk(f"day {number}, before housekeeping", environment, today)
        _ran(environment, today, "housekeeping", "--apply")
    return took


def _ran(environment: dict[str, str], today: date, *words: str) -> Day:
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.dated", f"{today}", *words]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 3}:
        raise Failed(f"{' '.join(words)} of {today} ended with exit code {process.returncode}.")
    return Day(time.perf_counter() - began, used.ru_utime + used.ru_stime)


def _parts(environment: dict[str, str], today: date) -> list[dict[str, object]]:
    command = [sys.executable, "-m", "benchmarks.dated", f"{today}", "housekeeping", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return list(json.loads(done.stdout)["parts"])


def _show_disk(when: str, environment: dict[str, str], today: date) -> None:
    print(f"  {when:<40}{'takes':>12}{'to free':>12}")
    for part in _parts(environment, today):
        size, freed = (in_words(float(str(part[each]))) for each in ("bytes", "freed"))
        print(f"    {part['name']!s:<38}{size:>12}{freed:>12}", flush=True)


def _require_nothing_left(data: Path, environment: dict[str, str], today: date) -> None:
    [left] = [each for each in _parts(environment, today) if each["name"] == "leftovers"]
    unknown = {each.name for each in data.iterdir()} - KNOWN
    if left["bytes"] or unknown:
        raise Failed(f"Left over: {left['bytes']} bytes of killed processes, {sorted(unknown)}.")
    print("  nothing is left over")


def _targets(took: list[Day]) -> Iterator[Target]:
    """The last days over those around the 30th; none where there are too few."""
    early, late = took[EARLY - 1 - AROUND : EARLY + AROUND], took[-2 * AROUND - 1 :]
    if len(took) < EARLY + AROUND:
        print("  too few days to compare the last with the 30th")
        return
    for name, figure in (("wall", "wall_s"), ("CPU", "cpu_s")):
        last, first = (median(getattr(each, figure) for each in part) for part in (late, early))
        yield Target(f"last days / days around the 30th, {name}", last / first, at_most=MOST)
