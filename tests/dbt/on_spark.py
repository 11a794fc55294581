"""All models and data tests on a local Spark: `python -m tests.dbt.on_spark FOLDER`.

The folder has raw.duckdb; what Spark made of it is in warehouse/, and in views/ what its views say.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

SETTINGS = ROOT / "tests/dbt/spark_conf"


def built(raw: Path, folder: Path) -> Path:
    """Build and test in a process of its own; the folder that has one for each table and view.

    What dbt said is in `said`, beside it.
    """
    project = str(ROOT / "dbt_project")
    environment = os.environ | {
        "DBT_LOG_PATH": str(folder / "logs"),
        "DBT_PROFILES_DIR": project,
        "DBT_PROJECT_DIR": project,
        "DBT_TARGET_PATH": str(folder / "target"),
        "PYTHONPATH": str(ROOT),
        "SPARK_CONF_DIR": str(SETTINGS),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    command = [sys.executable, "-P", "-m", "tests.dbt.on_spark", str(raw), str(folder)]
    with (folder / "said").open("w") as said:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdout=said, stderr=said, check=False
        )
    assert done.returncode == 0, (folder / "said").read_text()
    return folder / "warehouse/marts.db"


def main(raw: Path, folder: Path) -> bool:
    """Whether it was built, without a failing test."""
    # only here: they start with dbt, which the tests' own process does without
    from orchestration.refreshing import dbt_process, spark_process  # noqa: PLC0415

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
