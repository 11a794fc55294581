"""The dbt project, and its manifest made when it is missing or older than the models.

dagster-dbt prepares a manifest only under `dagster dev`; a fresh clone that runs headless would
have none.
"""

import fcntl
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
from dagster_dbt import DbtCliResource, DbtProject

from orchestration.settings import PROJECT_ROOT

DBT = Path(sys.executable).with_name("dbt")
SOURCES = ("**/*.sql", "**/*.yml", "**/*.csv", "**/*.md")
project = DbtProject(PROJECT_ROOT / "dbt_project", profile="atlas_costs")


def prepared_project() -> DbtProject:
    """The dbt project with a current manifest; waits for another process that is making it."""
    project.manifest_path.parent.mkdir(parents=True, exist_ok=True)
    with (project.manifest_path.parent / "prepare.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _is_stale(project.manifest_path):
            dbt_resource().cli(["parse", "--quiet"], target_path=project.target_path).wait()
    return project


def dbt_resource() -> DbtCliResource:
    """The dbt command line of this very environment, whatever PATH says."""
    return DbtCliResource(project_dir=project, dbt_executable=str(DBT))


def _is_stale(manifest: Path) -> bool:
    if not manifest.exists():
        return True
    made = manifest.stat().st_mtime
    return any(file.stat().st_mtime > made for file in _sources())


def models_checksum() -> str:
    """What tells these models, seeds and tests from those of another release, or another DuckDB."""
    found = hashlib.sha256(duckdb.__version__.encode())
    for file in sorted(_sources()):
        if file.suffix != ".md":
            found.update(f"\n{file.relative_to(project.project_dir)}\n".encode())
            found.update(file.read_bytes())
    return found.hexdigest()


def _sources() -> Iterator[Path]:
    for pattern in SOURCES:
        for file in project.project_dir.glob(pattern):
            if "target" not in file.parts and "logs" not in file.parts:
                yield file
