"""This machine: versions, room on the disk, permissions of files, the clock."""

import os
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from orchestration import files
from orchestration.atlas.clock import clock_warning
from orchestration.atlas.retries import RetryPolicy
from orchestration.commands.doctor.finding import Finding, mend, note, ok
from orchestration.config.connections import Connection
from orchestration.extraction.clients import new_client
from orchestration.settings import Settings, env_file
from orchestration.warehouse.publish import HEADROOM

OURS = ("atlas-costs", "duckdb", "dbt-core", "dbt-duckdb", "dagster", "streamlit")
# What a small organization's first refresh takes, of which most is the build folder.
LEAST_FREE = 500 * 10**6
OF_OTHERS, WRITTEN_BY_ALL = 0o077, 0o002


def versions() -> Iterator[Finding]:
    """Of Python, and of what makes numbers."""
    found = [f"Python {platform.python_version()}", *(f"{each} {version(each)}" for each in OURS)]
    yield ok("versions", ", ".join(found))


def disk(settings: Settings) -> Iterator[Finding]:
    """Room for one more refresh."""
    folder = nearest(settings.data_dir)
    free = shutil.disk_usage(folder).free
    marts = files.size(settings.marts_file) if settings.marts_file.exists() else 0
    needed = max(LEAST_FREE, int(marts * HEADROOM))
    says = f"{files.in_words(free)} free at {folder}, {files.in_words(needed)} needed to refresh"
    if free < needed:
        yield mend("disk", says, "Free some space, or run `atlas-costs housekeeping --apply`.")
    else:
        yield ok("disk", says)


def nearest(path: Path) -> Path:
    """The path, or what exists of it."""
    return next(each for each in (path, *path.parents) if each.exists())


def permissions(settings: Settings) -> Iterator[Finding]:
    """Keys are read by nobody else, the data folder written by us and not by everybody."""
    secrets = [each for each in (env_file(),) if each and each.exists()]
    tokens = settings.data_dir / "tokens"
    secrets += [tokens, *tokens.glob("*.json")] if tokens.exists() else []
    open_ones = [each for each in secrets if each.stat().st_mode & OF_OTHERS]
    for each in open_ones:
        mode, wanted = each.stat().st_mode & 0o777, "700" if each.is_dir() else "600"
        says = f"{each} holds keys and has mode {mode:03o}: other users can reach it"
        yield mend("permissions", says, f"Run `chmod {wanted} {each}`.")
    yield from _of_data(settings.data_dir)
    if secrets and not open_ones:
        yield ok("permissions", "only you can read files with keys")


def _of_data(folder: Path) -> Iterator[Finding]:
    place = nearest(folder)
    if not os.access(place, os.W_OK):
        yield mend(
            "permissions",
            f"{place} cannot be written to: published data can be read but not refreshed",
            "Give this user write access, mount the folder writable, "
            "or set ATLAS_COSTS_DATA_DIR to a writable folder.",
        )
    elif folder.exists() and folder.stat().st_mode & WRITTEN_BY_ALL:
        says = f"every user of this machine can write to {folder} and change costs"
        yield mend("permissions", says, f"Run `chmod o-w {folder}`.")


def clock(connections: list[Connection]) -> Iterator[Finding]:
    """Against the Date header of each Atlas that is connected."""
    for connection in {each.base_url: each for each in connections}.values():
        with new_client(connection, None, retries=RetryPolicy(attempts=1)) as client:
            if client.date() is None:
                says = f"{connection.base_url} does not answer"
                remedy = "Check network, proxy and SSL_CERT_FILE; `atlas-costs check` says more."
                yield mend("clock", says, remedy)
            elif warning := clock_warning(client):
                says, _, remedy = warning.partition(": ")
                yield mend("clock", says, f"{remedy[:1].upper()}{remedy[1:]}")
            else:
                yield ok("clock", f"agrees with {connection.base_url}")
    if not connections:
        yield note("clock", "not compared: no Atlas is connected")
