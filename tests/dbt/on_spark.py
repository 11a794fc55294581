"""All models and data tests on Apache Spark: `python -m tests.dbt.on_spark RAW FOLDER`.

The folder has raw.duckdb; what Spark made of it is in warehouse/, and in views/ what its views say.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

# not from tests.conftest, which takes the settings away that this file's process is given
ROOT = Path(__file__).parents[2]
NEEDED = pytest.mark.skipif(
    find_spec("py4j") is None or find_spec("dbt.adapters.spark") is None,
    reason="Apache Spark is not installed: pyspark and dbt-spark, the extra [spark]",
)
SETTINGS = ROOT / "tests/dbt/spark_conf"


@dataclass(frozen=True)
class Building:
    """A build under way, and what it said so far."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def wait_until_made(self, model: str) -> None:
        """Until dbt says that it made this model."""
        while f".{model} " not in self._made():
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.5)

    def _made(self) -> str:
        return "".join(line for line in self.log.read_text().splitlines() if " OK created " in line)


def built(
    raw: Path,
    folder: Path,
    master: str = "local[2]",
    meanwhile: Callable[[Building], None] = lambda _: None,
    project: Path = ROOT / "dbt_project",
    **variables: str,
) -> Path:
    """Build and test in a process of its own; the folder that has one for each table and view.

    What an earlier build left in the folder is built on, if it ended well.

    Args:
        raw: The file to build from.
        folder: Where; what dbt and Spark's scheduler said is in `said` there.
        master: Where Spark runs.
        meanwhile: Called as soon as the process has begun.
        project: The models.
        variables: In place of those of a small Spark.
    """
    environment = (
        os.environ
        | on_this_machine(master)
        | variables
        | {
            "DBT_LOG_PATH": str(folder / "logs"),
            "DBT_PROFILES_DIR": str(project),
            "DBT_PROJECT_DIR": str(project),
            "DBT_TARGET_PATH": str(folder / "target"),
        }
    )
    command = [sys.executable, "-P", "-m", "tests.dbt.on_spark", str(raw), str(folder)]
    log = folder / "said"
    with (
        log.open("w") as said,
        subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=said) as process,
    ):
        try:
            meanwhile(Building(process, log))
            process.wait()
        finally:
            process.kill()
    assert process.returncode == 0, log.read_text()
    return folder / "warehouse/marts.db"


def on_this_machine(master: str = "local[2]") -> dict[str, str]:
    """The variables with which a small Spark builds what this checkout has."""
    return {
        "ATLAS_COSTS_SPARK_MASTER": master,
        "ATLAS_COSTS_SPARK_PARTITIONS": "2",
        "ATLAS_COSTS_SPARK_PATIENCE_MINUTES": "5",
        "PYTHONPATH": str(ROOT),
        "SPARK_CONF_DIR": str(SETTINGS),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


def main(raw: Path, folder: Path) -> bool:
    """Whether it was built, without a failing test."""
    # only here: they start with dbt, which the tests' own process does without
    from orchestration.refreshing import dbt_process, spark_process  # noqa: PLC0415

    shutil.rmtree(folder / "raw", ignore_errors=True)
    spark_process.export_raw(raw, folder / "raw")
    if not spark_process.build_on_spark(dbt_process.dbt, folder, dbt_process.LEFT_OUT):
        return False
    # beside the tables
    views = f"{{folder: {folder}/warehouse/marts.db, schema: marts}}"
    return dbt_process.dbt(
        "run-operation", "views_of_spark", "--args", views, *spark_process.on_spark(folder)
    )


if __name__ == "__main__":
    sys.exit(0 if main(*map(Path, sys.argv[1:])) else 1)
