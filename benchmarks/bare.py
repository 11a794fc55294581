"""A page's queries without the page: what DuckDB alone needs for them."""

import pickle
import time
from pathlib import Path

import duckdb

from reporting.query import Query

Asked = list[Query]


def noted(file: Path) -> Asked:
    """What a server of benchmarks.noting ran since this was last asked."""
    found = []
    with file.open("rb") as notes:
        while notes.peek(1):
            found.append(pickle.load(notes))  # noqa: S301  ours
    file.write_bytes(b"")
    return found


def timed(version: Path, opened: Asked, changed: Asked, rounds: int) -> tuple[list[float], ...]:
    """Seconds of the queries of a first visit, and of those after a change, round by round.

    Each round opens the file anew, as the first visitor of a version does.
    """
    first, second = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        with duckdb.connect(str(version), read_only=True) as db:
            _ask(db, opened)
            between = time.perf_counter()
            _ask(db, changed)
            second.append(time.perf_counter() - between)
            first.append(between - began)
    return first, second


def _ask(db: duckdb.DuckDBPyConnection, queries: Asked) -> None:
    for each in queries:
        db.execute(each.sql, each.bound()).fetchall()
