"""A day more of a long bill: what is built again, what it costs, and how fast pages then are."""

import shutil
from pathlib import Path
from statistics import median

import duckdb

from benchmarks.asking import asked, sizes
from benchmarks.building import Build, Place
from benchmarks.measure import Failed
from benchmarks.report import Target, show_targets
from benchmarks.world import Size, grow, write

MONTHS, FEW = 36, 3
DAYS = 3
TOTALS = ("fct_line_items", "agg_costs_daily", "agg_costs_monthly", "fct_costs_daily")


def marts(lines: int, folder: Path) -> None:
    """A full build, then a day more three times over; the same of a short history beside it."""
    size = Size.of(lines, MONTHS)
    print(f"\nMarts: about {lines:,} lines in {MONTHS} invoices", flush=True)
    long, few = Place(folder / "long"), Place(folder / "few")
    full = _first(long, size)
    full_bytes, plain_full = long.marts.stat().st_size, long.plain()
    daily = [_next(long, size, day) for day in range(1, DAYS + 1)]
    plain = long.plain()
    print(f"  as plain SQL: full {plain_full:.1f} s, the last day {plain:.1f} s", flush=True)
    daily_of_few = _days_of_few(few, Size(FEW, size.clusters))
    answers = asked(long.marts)
    aggregates, fact = sizes(long.marts, folder)
    show_targets(
        [
            Target("daily / full, models", _ratio("models_s", daily, [full]), at_most=0.1),
            Target("daily / full, wall", _ratio("wall_s", daily, [full])),
            Target("daily / its plain SQL, models", _middle("models_s", daily) / plain),
            Target("full / its plain SQL, models", full.models_s / plain_full),
            Target("36 / 3 months, daily models", _ratio("models_s", daily, daily_of_few), 1.2),
            Target("36 / 3 months, daily tests", _ratio("tests_s", daily, daily_of_few)),
            Target("file after 3 days / full", long.marts.stat().st_size / full_bytes, 1.5),
            Target("aggregates / lines, bytes", aggregates / fact, at_most=0.05),
            *(
                Target(f"{name}, p95 ms", small.p95_ms, at_most=60)
                for name, (small, _) in answers.items()
            ),
            *(
                Target(f"{name}, lines / small", lines.median_ms / small.median_ms, at_least=5)
                for name, (small, lines) in answers.items()
            ),
        ]
    )


def _days_of_few(few: Place, size: Size) -> list[Build]:
    """The same days of a short history, which is then built from nothing to compare every row."""
    _first(few, size)
    daily = [_next(few, size, day) for day in range(1, DAYS + 1)]
    whole = Place(few.folder / "whole")
    whole.folder.mkdir()
    shutil.copy(few.raw, whole.raw)
    _shown(f"full again, {size.months} months", whole.build())
    _same(few, whole)
    return daily


def _first(place: Place, size: Size) -> Build:
    place.folder.mkdir()
    told = write(place.raw, size)
    build = _shown(f"full, {size.months} months", place.build())
    _arrived(place, told)
    return build


def _next(place: Place, size: Size, day: int) -> Build:
    told = grow(place.raw, size, day)
    build = _shown(f"day {day}, {size.months} months", place.build())
    _arrived(place, told)
    return build


def _shown(name: str, build: Build) -> Build:
    print(
        f"  {name}: models {build.models_s:.1f} s, tests {build.tests_s:.1f} s, start "
        f"{build.start_s:.1f} s, wall {build.wall_s:.1f} s, peak {build.peak_mib:.0f} MiB, "
        f"file {build.bytes / 1e6:.0f} MB",
        flush=True,
    )
    return build


def _arrived(place: Place, told: tuple[int, int]) -> None:
    """Every line and cent that was generated is in every table, whatever was built."""
    with duckdb.connect() as db:
        db.execute(f"attach '{place.marts}' as warehouse (read_only)")
        for table in TOTALS:
            lines = "count(*)" if table == "fct_line_items" else "sum(line_items)::bigint"
            [found] = db.execute(
                f"select {lines}, sum(cost_cents)::bigint from warehouse.marts.{table}"
            ).fetchall()
            if found != told:
                raise Failed(f"{table} has {found} lines and cents, not {told}.")


def _same(one: Place, other: Place) -> None:
    """The rows of every table are those of a build from nothing: their hashes add up alike."""
    if (found := _hashes(one)) != (expected := _hashes(other)):
        differing = sorted(name for name in expected if found.get(name) != expected[name])
        raise Failed(f"built day by day, {', '.join(differing)} differ from a full build.")


def _hashes(place: Place) -> dict[str, tuple[int, int]]:
    with duckdb.connect() as db:
        db.execute(f"attach '{place.marts}' as warehouse (read_only)")
        tables = db.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        return {
            name: db.execute(
                f"select count(*), sum(hash(each)::hugeint) from warehouse.marts.{name} as each"
            ).fetchall()[0]
            for (name,) in tables
        }


def _middle(name: str, builds: list[Build]) -> float:
    return float(median(getattr(each, name) for each in builds))


def _ratio(name: str, above: list[Build], below: list[Build]) -> float:
    return _middle(name, above) / _middle(name, below)
