"""The data folder: who holds it, which release wrote it, what is stale, which runs are dead."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from orchestration.commands.doctor.finding import Finding, mend, note, ok
from orchestration.landing.data_format import FORMAT, RELEASE, NewerData, read_format
from orchestration.published.reader import HOLDER, NotPublished, opened
from orchestration.settings import Settings
from orchestration.warehouse.lock import holder

# The daily refresh and half a day: the pages warn from then on, too.
STALE = timedelta(hours=36)
REFRESH = "Run `atlas-costs refresh`."


def data_format(settings: Settings) -> Iterator[Finding]:
    """Which release wrote the data, and whether this one reads it."""
    if not settings.landing_dir.exists():
        yield note("data", f"nothing is in {settings.data_dir} yet", REFRESH)
        return
    try:
        found = read_format(settings.landing_dir)
    except NewerData as error:
        says, _, remedy = str(error).rpartition(": ")
        yield mend("data", says, f"{remedy[:1].upper()}{remedy[1:]}")
        return
    wrote = f"in format {found.format} by {found.release}" if found else "before 1.0.0"
    yield ok("data", f"written {wrote}; this release reads formats up to {FORMAT}")


def locks(settings: Settings) -> Iterator[Finding]:
    """Who is at work, and who keeps a refresh from its files."""
    held = holder(settings.build_dir)
    if held:
        yield note("locks", f"held by {held}", "Wait for it to end before you start another run.")
    for file in (settings.raw_file, settings.marts_file):
        if not held and file.exists() and (who := _holder(str(file))):
            yield mend("locks", f"{file} is open in {who}", "Close it there, then refresh.")
            return
    if not held:
        yield ok("locks", "none")


def _holder(file: str) -> str | None:
    try:
        duckdb.connect(file, read_only=True).close()
    except duckdb.Error as error:
        found = HOLDER.search(str(error))
        return f"{found[1]} (process {found[2]})" if found else None
    return None


def freshness(settings: Settings) -> Iterator[Finding]:
    """What is published: of which release, how old, and what is missing."""
    try:
        with opened(settings.published_warehouse) as db:
            rows = db.execute(
                "select connection, last_success_at, status, missing_parts from meta.freshness"
            ).fetchall()
            tables = "select table_name from information_schema.tables where table_schema = 'meta'"
            has_release = ("release",) in db.execute(tables).fetchall()
            made = db.execute("from meta.release").fetchall() if has_release else [("",)]
    except (NotPublished, duckdb.Error) as error:
        level = mend if settings.published_warehouse.exists() else note
        yield level("published", str(error).splitlines()[0].partition(": run")[0], REFRESH)
        return
    [(release,)] = made
    if release != RELEASE:
        wrote = f"release {release}" if release else "an older release"
        yield note("published", f"by {wrote}; this is {RELEASE}", REFRESH)
    for row in rows:
        yield from _of_connection(*row)


def _of_connection(
    name: str, last: datetime | None, status: str, missing: list[str]
) -> Iterator[Finding]:
    for each in missing:
        yield mend("freshness", f"{name}: {each}", "Run `atlas-costs check`, then refresh.")
    late = last is None or datetime.now(UTC) - last.replace(tzinfo=UTC) > STALE
    if late:
        when = f"last read completely at {last:%F %H:%M} UTC" if last else "never read completely"
        yield mend("freshness", f"{name}: {when}", f"{REFRESH} `atlas-costs up` does it daily.")
    elif not missing:
        yield ok("freshness", f"{name}: {status}, last read completely at {last:%F %H:%M} UTC")


def dead_runs(settings: Settings) -> Iterator[Finding]:
    """Runs that Dagster still counts as running though their processes are gone."""
    config = settings.dagster_home / "dagster.yaml"
    if not config.exists():
        yield note("runs", "Dagster has no history yet")
        return
    if not os.access(settings.dagster_home, os.W_OK):
        yield note("runs", "not checked: Dagster's history needs write access")
        return
    dead = _dead(settings)
    for each in dead:
        says = f"run {each.run_id} of {each.job_name} is marked as running, but its process is gone"
        remedy = "Run `atlas-costs housekeeping --apply`: it marks such runs as failed."
        yield mend("runs", says, remedy)
    if not dead:
        yield ok("runs", "every run marked as running has its process")


def _dead(settings: Settings) -> list[Any]:
    import dagster as dg  # noqa: PLC0415  seconds

    from orchestration.commands.dagster_home import dead_runs as found  # noqa: PLC0415

    with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
        return found(instance)
