"""What is made of finished marts in Python, part by part; a part that fails stops no other."""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import duckdb

from orchestration.insight.tables import Row, Rows, Table
from orchestration.refreshing.code import insight_checksum
from orchestration.refreshing.folder import DataFolder
from orchestration.settings import Settings
from orchestration.warehouse.insight_file import Outcome, write_insight

log = logging.getLogger("atlas_costs")


@dataclass(frozen=True)
class Part:
    """One kind of insight.

    Attributes:
        tables: What it writes; empty where it fails.
        build: Made of the marts, which are open read-only and the database in use.
    """

    name: str
    tables: tuple[Table, ...]
    build: Callable[[duckdb.DuckDBPyConnection, Settings], Rows]


PARTS: tuple[Part, ...] = ()


def make_current(folder: DataFolder) -> dict[str, float]:
    """Make all parts unless they are of these very marts already.

    Returns:
        Seconds of each part that was made.

    Raises:
        PublishError: the marts were not built and tested as a whole.
    """
    if are_current(folder):
        return {}
    return {each.part: each.seconds for each in make(folder)}


def make(folder: DataFolder) -> list[Outcome]:
    """Make all parts of the marts as they are, and note what of; how each ended."""
    tables: dict[Table, Iterable[Row]] = {}
    outcomes = []
    with folder.marts() as db:
        for part in PARTS:
            outcome, rows = _made(part, db, folder.settings)
            outcomes.append(outcome)
            tables |= {each: rows.get(each, ()) for each in part.tables}
    write_insight(folder.settings.insight_file, tables, outcomes)
    folder.settings.insight_inputs_file.write_text(inputs(folder))
    return outcomes


def _made(part: Part, db: duckdb.DuckDBPyConnection, settings: Settings) -> tuple[Outcome, Rows]:
    began = time.perf_counter()
    try:
        rows = {table: list(found) for table, found in part.build(db, settings).items()}
    except Exception as error:  # a bill is right without a forecast
        log.exception("%s cannot be made", part.name)
        sentence = f"{part.name}: {type(error).__name__}: {error}".splitlines()[0]
        return Outcome(part.name, time.perf_counter() - began, sentence), {}
    return Outcome(part.name, time.perf_counter() - began), rows


def are_current(folder: DataFolder) -> bool:
    """Whether what lies there was made of the same marts, by the same code."""
    settings = folder.settings
    try:
        noted = settings.insight_inputs_file.read_text()
    except OSError:
        return False
    return settings.insight_file.exists() and noted == inputs(folder)


def inputs(folder: DataFolder) -> str:
    """A fingerprint of everything insight is made of."""
    known = {"marts": folder.built_of(), "code": insight_checksum()}
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()
