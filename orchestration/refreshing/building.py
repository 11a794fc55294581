"""Models and tests, run by dbt in a process of its own, and what became of each."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from orchestration.refreshing.code import MODELS
from orchestration.settings import PACKAGE, Settings

RESULTS = "run_results.json"
# of a build in two steps, the first
FIRST_RESULTS = "first_run_results.json"
# why a build did not come to any
REASON = "reason.txt"
MANIFEST, PARTIAL, LOG = "manifest.json", "partial_parse.msgpack", "dbt.log"
# where the models stood that were parsed
PLACE = "models_at"
# Beside what other tools parse for themselves, with a connection of their own.
PARSED = MODELS / "target" / "prepared"
FAILED = frozenset({"error", "fail"})


@dataclass(frozen=True)
class Result:
    """What became of one model, seed or test.

    Attributes:
        kind: model, seed or test.
        status: dbt's word: success, pass, warn, fail, error, skipped.
        seconds: How long it ran.
        failures: Rows that a test found, or None.
    """

    name: str
    kind: str
    status: str
    seconds: float
    failures: int | None
    message: str

    @classmethod
    def of(cls, result: dict[str, Any]) -> Self:
        """As dbt's run_results.json has it."""
        kind, _, name, *_ = result["unique_id"].split(".")
        message = " ".join(str(result.get("message") or "").split())
        seconds = float(result["execution_time"])
        return cls(name, kind, result["status"], seconds, result.get("failures"), message)


@dataclass(frozen=True)
class Build:
    """How a build ended.

    Attributes:
        is_well: Every model was built, and no test failed that stops a build.
        reason: The sentence that says why it ended before any model, if one was said.
    """

    is_well: bool
    results: list[Result]
    reason: str = ""

    @property
    def what_failed(self) -> str:
        """The sentence that says what and why."""
        if self.reason:
            return f"{self.reason} Nothing was published; what was published before is unchanged."
        failed = [
            f"{each.name}: {each.message.rstrip('.')}"
            for each in self.results
            if each.status in FAILED
        ]
        reasons = "; ".join(failed) or "dbt did not start (see build/dbt.log in the data folder)"
        return (
            f"The marts do not hold together, so nothing was published: {reasons}. What was "
            "published before is unchanged."
        )


def build(
    settings: Settings,
    *,
    nodes: Collection[str] | None = None,
    tables: Collection[str] | None = None,
) -> Build:
    """Build and test.

    Args:
        settings: Where the files are.
        nodes: Names of the models, seeds and tests to run, or None for all.
        tables: Instead of these, tables of raw: what they reach is built and tested.
    """
    # one folder, not one a run (7 MB each), where dbt also finds what it parsed last time
    target = settings.dbt_target_dir
    files, reason = [target / FIRST_RESULTS, target / RESULTS], target / REASON
    for each in [*files, reason]:
        each.unlink(missing_ok=True)
    target.mkdir(parents=True, exist_ok=True)
    order = {"nodes": nodes, "tables": tables}
    said = json.dumps({name: sorted(each) for name, each in order.items() if each is not None})
    forget_what_was_parsed_elsewhere(target)
    _begin_with_what_is_parsed(target)
    # -P: the build folder, where it runs, has a folder called dbt
    program = [sys.executable, "-P", "-m", "orchestration.refreshing.dbt_process", said]
    done = _run(program, settings, target, settings.build_dir / LOG)
    found = [each for file in files if file.exists() for each in _results(file)]
    return Build(done.returncode == 0, found, reason.read_text() if reason.exists() else "")


def parse(settings: Settings, kept: Path = PARSED) -> Path:
    """Read all models, and keep what was read where every first build begins; the manifest.

    Args:
        settings: Whose build folder dbt runs in.
        kept: Where to keep it.

    Raises:
        CalledProcessError: a model cannot be read; dbt.log beside the manifest says why.
    """
    # of this very environment, whatever PATH says
    program = [str(Path(sys.executable).with_name("dbt")), "--quiet", "parse"]
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    kept.mkdir(parents=True, exist_ok=True)
    forget_what_was_parsed_elsewhere(kept)
    # whatever builds them: on Spark some are tables that are nothing of their own on DuckDB
    as_on_duckdb = settings.model_copy(update={"engine": "duckdb"})
    _run(program, as_on_duckdb, kept, kept / LOG).check_returncode()
    return kept / MANIFEST


def _begin_with_what_is_parsed(target: Path) -> None:
    if not (target / PARTIAL).exists() and (PARSED / PARTIAL).exists() and _is_of_here(PARSED):
        shutil.copy(PARSED / PARTIAL, target)


def forget_what_was_parsed_elsewhere(target: Path) -> None:
    """By itself dbt keeps where a seed's file was, and looks there when all models moved."""
    if not _is_of_here(target):
        (target / PARTIAL).unlink(missing_ok=True)
        (target / PLACE).write_text(str(MODELS))


def _is_of_here(parsed: Path) -> bool:
    place = parsed / PLACE
    return place.exists() and place.read_text() == str(MODELS)


def _results(file: Path) -> list[Result]:
    return [Result.of(each) for each in json.loads(file.read_text())["results"]]


def _run(
    program: list[str], settings: Settings, target: Path, log: Path
) -> subprocess.CompletedProcess[bytes]:
    environment = {
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(target),
        "DBT_PROJECT_DIR": str(MODELS),
        "DBT_PROFILES_DIR": str(MODELS),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        # what dbt says is not always in the locale's letters
        "PYTHONUTF8": "1",
        "PYTHONPATH": os.pathsep.join(
            filter(None, [str(PACKAGE.parent), os.environ.get("PYTHONPATH")])
        ),
    }
    with log.open("w") as said:
        return subprocess.run(
            program,
            cwd=settings.build_dir,
            env=os.environ | settings.dbt_environment() | environment,
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
        )
