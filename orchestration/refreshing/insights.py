"""What is made of finished marts in Python, part by part; a part that fails stops no other."""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.insight.forecasting.tables import FORECAST_PARTS, FORECAST_QUALITY, FORECASTS
from orchestration.insight.tables import Row, Rows, Table
from orchestration.refreshing import insight_anomalies, insight_forecast, insight_plans
from orchestration.refreshing.code import insight_checksum
from orchestration.refreshing.folder import DataFolder
from orchestration.refreshing.verified import fingerprint
from orchestration.rules.metrics import Metric, read_metrics
from orchestration.rules.plans import read_plans
from orchestration.settings import Settings, SettingsError
from orchestration.warehouse.insight_file import Outcome, write_insight

log = logging.getLogger("atlas_costs")


@dataclass(frozen=True)
class Sources:
    """What a part is made of.

    Attributes:
        db: The marts, read-only; temporary tables may be made in it.
        settings: Where configuration and feedback lie.
        made: The tables of the parts before.
        problems: Sentences about what a part leaves out; it adds its own.
    """

    db: duckdb.DuckDBPyConnection
    settings: Settings
    made: dict[Table, list[Row]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Part:
    """One kind of insight.

    Attributes:
        tables: What it writes; empty where it fails.
    """

    name: str
    tables: tuple[Table, ...]
    build: Callable[[Sources], Rows]


def _forecast(sources: Sources) -> Rows:
    return insight_forecast.build(sources.db)


def _plans(sources: Sources) -> Rows:
    expected = insight_plans.expected_of(sources.made.get(FORECAST_PARTS, ()))
    config = sources.settings.config_dir
    # read again: they may have changed since the refresh began, and what is noted is their content
    plans = read_plans(sources.settings)
    rows, problems = insight_plans.build(sources.db, plans, config, expected)
    sources.problems.extend(problems)
    return rows


def _anomalies(sources: Sources) -> Rows:
    return insight_anomalies.build(sources.db, sources.settings)


PARTS: tuple[Part, ...] = (
    Part("forecast", (FORECASTS, FORECAST_PARTS, FORECAST_QUALITY), _forecast),
    Part("plans", insight_plans.TABLES, _plans),
    Part("anomalies", insight_anomalies.TABLES, _anomalies),
)


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
    made_of = inputs(folder)
    with folder.marts() as db:
        sources = Sources(db, folder.settings)
        outcomes = [_made(part, sources) for part in PARTS]
    write_insight(folder.settings.insight_file, sources.made, outcomes)
    if any(each.is_failed for each in outcomes):
        made_of = "a part failed: to be made again"
    folder.settings.insight_inputs_file.write_text(made_of)
    return outcomes


def _made(part: Part, sources: Sources) -> Outcome:
    began, known = time.perf_counter(), len(sources.problems)
    rows: Rows = {}
    is_failed = False
    try:
        rows = {table: list(found) for table, found in part.build(sources).items()}
    except Exception as error:  # a bill is right without a forecast
        log.exception("%s cannot be made", part.name)
        is_failed = True
        sources.problems.append(f"{type(error).__name__}: {error}".splitlines()[0])
    sources.made.update({each: list(rows.get(each, ())) for each in part.tables})
    seconds, problems = time.perf_counter() - began, tuple(sources.problems[known:])
    return Outcome(part.name, seconds, problems, is_failed=is_failed)


def are_current(folder: DataFolder) -> bool:
    """Whether what lies there was made of the same marts and files, by the same code."""
    settings = folder.settings
    try:
        noted = settings.insight_inputs_file.read_text()
    except OSError:
        return False
    return settings.insight_file.exists() and noted == inputs(folder)


def inputs(folder: DataFolder) -> str:
    """A fingerprint of everything insight is made of."""
    known = {
        "marts": folder.built_of(),
        "code": insight_checksum(),
        "files": {str(each): _content(each) for each in _files(folder)},
    }
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def _files(folder: DataFolder) -> Iterator[Path]:
    """What an operator wrote or counts."""
    settings = folder.settings
    yield from (settings.budgets_file, settings.metrics_file, settings.scenarios_file)
    yield settings.insight_rules_file
    yield from sorted(settings.feedback_dir.glob("*"))
    yield from sorted({settings.config_dir / each.file for each in _metrics(settings)})


def _metrics(settings: Settings) -> list[Metric]:
    """None where a mistake came into their file meanwhile: its content has changed, too."""
    try:
        return read_metrics(settings.metrics_file)
    except SettingsError:
        return []


def _content(file: Path) -> str:
    """A file that is large, such as one that counts orders, by its size and time alone."""
    if file.is_file() and file.stat().st_size < 2**20:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    return fingerprint(file)
