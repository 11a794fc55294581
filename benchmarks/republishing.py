"""The warehouse is published again and again with other totals, while sessions look at it.

Every amount is a multiple of the first version's, so each table of a version has totals of its own
and a page that mixes two versions shows it.
"""

import shutil
import struct
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.company import published, status, through
from benchmarks.measure import Failed
from benchmarks.report import Target, p95, show_targets
from benchmarks.visiting import Server, Visitor, serving
from benchmarks.world import Size
from orchestration.settings import Settings
from orchestration.warehouse.publish import publish
from reporting import formats

MONTHS, SESSIONS, VERSIONS = 12, 20, 50
ADDRESS = "/cost-report?range=all&bin=month"
PAUSE_S, PATIENCE_S, WITHIN_S = 0.2, 60, 10


@dataclass
class Look:
    """What one session has seen.

    Attributes:
        newest: The factor of the version that it saw last.
        at: When it did.
        faults: Sentences about runs that showed an error, no version, or more than one.
    """

    newest: int = 0
    at: float = 0.0
    faults: list[str] = field(default_factory=list)
    runs: int = 0


@dataclass
class State:
    """What has been published so far; versions are their factors.

    Attributes:
        newest: The factor of the newest version, set before its link is swapped.
    """

    newest: int = 1
    is_over: threading.Event = field(default_factory=threading.Event)


def republish(folder: Path, lines: int) -> None:
    """Publish fifty versions, each once all sessions have seen the one before.

    Raises:
        Failed: a page showed an error, or amounts of no one version; or a version was not seen.
    """
    settings = published(folder, Size.of(lines, MONTHS))
    marks = _marks(settings.published_warehouse)
    state, looks = State(), [Look() for _ in range(SESSIONS)]
    print(f"\nRepublished {VERSIONS} times, {SESSIONS} sessions, about {lines:,} lines", flush=True)
    with serving(settings) as server, ThreadPoolExecutor(SESSIONS) as sessions:
        watching = [sessions.submit(_watch, server, marks, state, look) for look in looks]
        try:
            waits = _versions(settings, state, looks)
        finally:
            state.is_over.set()
        for each in watching:
            each.result()
    faults = [fault for look in looks for fault in look.faults]
    show_targets(
        [
            Target("sessions' page runs", sum(look.runs for look in looks)),
            Target("errors, and pages of no one version", len(faults), at_most=0),
            Target("a new version is seen after, p95 s", p95(waits)),
            Target("a new version is seen after, at most s", max(waits), at_most=WITHIN_S),
        ]
    )
    if faults:
        raise Failed(f"While versions followed each other, {faults[0]}")


def _versions(settings: Settings, state: State, looks: list[Look]) -> list[float]:
    """Seconds after which each session saw each version."""
    altered = settings.data_dir / "altered.duckdb"
    shutil.copy(settings.marts_file, altered)
    waits: list[float] = []
    _wait_until(partial(_all_saw, looks, 1))
    for factor in range(2, VERSIONS + 2):
        _multiply(altered, factor)
        state.newest = factor
        publish(
            altered,
            settings.versions_dir,
            settings.published_warehouse,
            [status(through(altered))],
            insight=settings.insight_file,
            kept=settings.kept_versions,
        )
        swapped = time.monotonic()
        _wait_until(partial(_all_saw, looks, factor))
        waits += [max(0.0, look.at - swapped) for look in looks]
    return waits


def _all_saw(looks: list[Look], version: int) -> bool:
    return all(look.newest >= version for look in looks)


def _wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > until:
            raise Failed(f"Some session did not see a new version within {PATIENCE_S} s.")
        time.sleep(0.02)


def _multiply(marts: Path, factor: int) -> None:
    """Turn each cost of the version before into that of this one."""
    with duckdb.connect() as db:
        db.execute(f"attach '{marts}' as warehouse")
        tables = db.execute(
            "select distinct table_name from duckdb_columns() join duckdb_tables() using "
            "(database_name, schema_name, table_name) where database_name = 'warehouse' "
            "and schema_name = 'marts' and column_name = 'cost_cents'"
        ).fetchall()
        for (table,) in tables:
            db.execute(
                f"update warehouse.marts.{table} "
                f"set cost_cents = cost_cents // {factor - 1} * {factor}"
            )


def _marks(version: Path) -> list[Callable[[int], bytes]]:
    """What the report draws of a version: its total as text, and each service in the table."""
    with duckdb.connect(str(version), read_only=True) as db:
        found = db.execute(
            "select sum(cost_cents)::bigint from marts.agg_costs_daily where is_in_total "
            "group by rollup (service) order by grouping(service) desc"
        ).fetchall()
    (total,), *services = found
    texts: list[Callable[[int], bytes]] = [
        lambda factor: formats.money(total * factor, "USD").encode()
    ]
    return texts + [partial(_drawn, cents) for (cents,) in services]


def _drawn(cents: int, factor: int) -> bytes:
    """As a data frame has it: a float of 64 bits."""
    return struct.pack("<d", cents * factor / 100)


def _watch(server: Server, marks: list[Callable[[int], bytes]], state: State, look: Look) -> None:
    with Visitor(server.port) as visitor:
        visitor.open(ADDRESS)
        while not state.is_over.is_set():
            seen = visitor.change(ADDRESS.partition("?")[2])
            look.runs += 1
            look.faults += seen.errors
            factors = range(1, state.newest + 1)
            shown = [{f for f in factors if mark(f) in seen.content} for mark in marks]
            _judge(look, shown)
            state.is_over.wait(PAUSE_S)


def _judge(look: Look, shown: list[set[int]]) -> None:
    """Every mark must be of one and the same version, never of one before that seen last."""
    versions = set.union(*shown)
    if len(versions) != 1 or not all(shown):
        look.faults.append(f"a page shows versions {sorted(map(sorted, shown))}")
    elif (version := versions.pop()) < look.newest:
        look.faults.append(f"version {version} is seen after {look.newest}")
    elif version > look.newest:
        look.newest, look.at = version, time.monotonic()
