"""Every page over ten million lines: its first paint, a filter change, many at once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from benchmarks.bare import Asked, noted, timed
from benchmarks.company import published
from benchmarks.measure import Failed
from benchmarks.report import Target, p95, show_targets
from benchmarks.republishing import republish
from benchmarks.visiting import Seen, Server, Visitor, serving
from benchmarks.world import PROJECTS, Size
from orchestration.settings import Settings

MONTHS = 36
FIRST_PAINT_S, CHANGE_S = 1.5, 0.5
SESSIONS, PEAK_MIB = 20, 600


def _project(number: int) -> str:
    return f"f.project=project-{number % PROJECTS:02x}"


def _month(name: str, number: int) -> str:
    return f"{name}={2025 - number // 12 % 2}-{number % 12 + 1:02d}"


def _days(before: str, number: int) -> str:
    first = date(2025, 1, 1) + timedelta(number)
    return f"{before}from={first}&to={first + timedelta(90)}"


def _in_turn(name: str, values: str, number: int) -> str:
    every = values.split()
    return f"{name}={every[number % len(every)]}"


YEAR = "range=last_12_months&bin="
ONE = "id=6a0000000000000000000001&"
# A page's address, and what a reader changes on it; two have no control.
PAGES: dict[str, Callable[[int], str] | None] = {
    "/": None,
    "/cost-report": _project,
    f"/cost-report?{YEAR}day&group=service": lambda n: f"{YEAR}day&group=service&{_project(n)}",
    f"/cost-report?{YEAR}month&group=tag:team": (
        lambda n: f"{YEAR}month&group=tag:team&{_project(n)}"
    ),
    f"/cost-report?{YEAR}month&group=none&table=lines": (
        lambda n: f"{YEAR}month&group=none&table=lines&{_project(n)}"
    ),
    "/active-resources": _project,
    "/active-resources?view=deleted": lambda n: f"view=deleted&{_project(n)}",
    f"/resource?{ONE[:-1]}": partial(_days, ONE),
    "/invoices": partial(_in_turn, "part", "match restatements payments late focus"),
    "/allocation": partial(_month, "month"),
    "/budgets": lambda n: f"id=project-{n % PROJECTS:02x}",
    "/anomalies": partial(_in_turn, "show", "changes explained feedback"),
    "/savings": partial(_in_turn, "show", "decided unknown realised"),
    "/forecast": partial(_in_turn, "by", "service resource"),
    "/unit-costs": partial(_in_turn, "bin", "day"),
    "/tags": partial(_in_turn, "key", "env cost-center"),
    "/reports": partial(_in_turn, "text", "team cost month"),
    "/actions": partial(_in_turn, "text", "pause create delete"),
    "/backups": partial(_in_turn, "show", "orphans pit none"),
    "/connections": None,
}


@dataclass
class Figures:
    """What one address took, visit by visit: seconds, and the server's CPU seconds.

    Attributes:
        bare: Its queries alone.
    """

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)


Found = dict[str, tuple[Figures, Figures]]


def pages(lines: int, folder: Path, visits: int, kept: Path | None) -> None:
    """Time every page, then many sessions at once, then versions that follow each other.

    Args:
        lines: Of the bill.
        folder: Where data is written.
        visits: How often each page is opened.
        kept: A data folder that is taken if it has a warehouse, and otherwise made there.

    Raises:
        Failed: a page showed an error.
    """
    size = Size.of(lines, MONTHS)
    print(f"\nPages: about {lines:,} lines in {MONTHS} invoices", flush=True)
    settings = published(kept or folder / "pages", size, folder / "long" / "raw.duckdb")
    found = _visited(settings, visits)
    _add_bare(settings, found, visits)
    show_targets([*_shown(found), *_at_once(settings)])
    republish(folder / "republished", max(lines // 100, 1000))


def _visited(settings: Settings, visits: int) -> Found:
    """Each page with nothing cached, as after a new version, and then with another filter."""
    found: Found = {address: (Figures(), Figures()) for address in PAGES}
    with serving(settings) as server:
        _warm(server)
        for number in range(visits):
            for address in PAGES:
                _visit(server, address, number, found[address])
    return found


def _warm(server: Server) -> None:
    """The first visit imports what all of them need."""
    with Visitor(server.port) as visitor:
        first = _well("/", visitor.open("/"))
        print(f"  the server's first page: {first.seconds:.2f} s", flush=True)
        for address in PAGES:
            _well(address, visitor.open(address))


def _visit(server: Server, address: str, number: int, figures: tuple[Figures, Figures]) -> None:
    with Visitor(server.port) as visitor:
        visitor.clear_cache()
        with _noted(server, figures[0]) as note:
            note(_well(address, visitor.open(address)))
        if change := PAGES[address]:
            query = change(number)
            with _noted(server, figures[1]) as note:
                note(_well(f"{address} {query}", visitor.change(query)))


@contextmanager
def _noted(server: Server, figures: Figures) -> Iterator[Callable[[Seen], None]]:
    before = server.cpu_s()
    yield lambda seen: figures.wall.append(seen.seconds)
    figures.cpu.append(server.cpu_s() - before)


def _well(address: str, seen: Seen) -> Seen:
    if seen.errors:
        raise Failed(f"{address} says: {seen.errors[0]}")
    return seen


def _add_bare(settings: Settings, found: Found, visits: int) -> None:
    """Time the queries of each visit alone, in a process of its own."""
    file = settings.data_dir / "queries"
    file.write_bytes(b"")
    with serving(settings, "benchmarks.noting", str(file)) as server:
        _warm(server)
        asked = {address: _queries_of(server, address, file) for address in PAGES}
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        for address, (opened, changed) in asked.items():
            version = settings.published_warehouse
            times = process.submit(timed, version, opened, changed, visits).result()
            for figures, queries, bare in zip(
                found[address], (opened, changed), times, strict=True
            ):
                figures.bare.extend(bare if queries else ())


def _queries_of(server: Server, address: str, file: Path) -> tuple[Asked, Asked]:
    change = PAGES[address]
    with Visitor(server.port) as visitor:
        visitor.clear_cache()
        noted(file)
        visitor.open(address)
        opened = noted(file)
        if change:
            visitor.change(change(0))
        return opened, noted(file)


def _shown(found: Found) -> Iterator[Target]:
    columns = ("p95 s", "median", "CPU s", "SQL s", "ratio")
    print(f"  {'':48}{'first paint':^40}{'filter change':^40}".rstrip())
    print(f"  {'':48}{''.join(f'{each:>8}' for each in columns * 2)}")
    for address, kinds in found.items():
        print(f"  {address:48}{''.join(map(_row, kinds))}".rstrip(), flush=True)
    for address, (opened, changed) in found.items():
        yield Target(f"{address[:34]}, first paint", p95(opened.wall), at_most=FIRST_PAINT_S)
        if changed.wall:
            yield Target(f"{address[:34]}, change", p95(changed.wall), at_most=CHANGE_S)


def _row(figures: Figures) -> str:
    if not figures.wall:
        return f"{'-':>8}" * 5
    wall = median(figures.wall)
    shown = "".join(f"{each:8.3f}" for each in (p95(figures.wall), wall, median(figures.cpu)))
    if not figures.bare:  # all it needed was known already
        return f"{shown}{'-':>8}{'-':>8}"
    bare = median(figures.bare)
    return f"{shown}{bare:8.3f}{wall / bare:8.1f}"


def _at_once(settings: Settings) -> Iterator[Target]:
    """Every session goes through all pages, each from another one on, with its own filters."""
    with serving(settings) as server, ThreadPoolExecutor(SESSIONS) as sessions:
        seen = [each for every in sessions.map(partial(_tour, server), range(SESSIONS))
                for each in every]  # fmt: skip
        yield Target(f"{SESSIONS} sessions, peak MiB", server.peak_mib(), at_most=PEAK_MIB)
    for each in seen:
        _well(f"A page of {SESSIONS} sessions", each)
    yield Target(f"{SESSIONS} sessions, page runs", len(seen))
    yield Target(f"{SESSIONS} sessions, p95 s", p95([each.seconds for each in seen]))


def _tour(server: Server, number: int) -> list[Seen]:
    addresses = list(PAGES)
    seen = []
    with Visitor(server.port) as visitor:
        for address in addresses[number % len(addresses) :] + addresses[: number % len(addresses)]:
            seen.append(visitor.open(address))
            if change := PAGES[address]:
                seen.append(visitor.change(change(number)))
    return seen
