"""The dbt project, and its manifest made when it is missing or older than the models.

dagster-dbt prepares a manifest only under `dagster dev`; a fresh clone that runs headless would
have none.
"""

import fcntl
import sys
from pathlib import Path

from dagster_dbt import DbtCliResource, DbtProject

from orchestration.refreshing.code import MODELS, model_files

DBT = Path(sys.executable).with_name("dbt")
project = DbtProject(MODELS, profile="atlas_costs")


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
    return any(file.stat().st_mtime > made for file in model_files())
