"""A refresh with ATLAS_COSTS_ENGINE=spark publishes what one with DuckDB does, or says why not."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import environment_of

from . import on_spark, spark_cluster
from .comparing import differences_of_files

pytestmark = [pytest.mark.wide, on_spark.NEEDED]
SPARK = {"ATLAS_COSTS_ENGINE": "spark"}


def run(
    command: str, data: Path, atlas: Any, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """A command of a user whose shell has nothing but what it needs."""
    environment = environment_of(data, atlas) | on_spark.on_this_machine() | variables
    program = Path(sys.executable).with_name("atlas-costs")
    return subprocess.run(
        [program, command], env=environment, capture_output=True, text=True, check=False
    )


def published(data: Path) -> Path:
    return (data / "atlas_costs.duckdb").resolve()


def by_duckdb(data: Path, folder: Path, atlas: Any) -> Path:
    """What DuckDB publishes of the same raw: another engine is a reason to build everything."""
    shutil.copytree(data, folder, symlinks=True)
    done = run("refresh", folder, atlas)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "building and testing the models" in done.stderr
    return published(folder)


def test_a_first_refresh_and_one_a_day_later_publish_the_same(sandbox, tmp_path: Path):
    data = tmp_path / "data"
    for day in range(2):
        done = run("refresh", data, sandbox, **SPARK)
        assert done.returncode == 0, done.stdout + done.stderr
        ours = by_duckdb(data, tmp_path / f"by_duckdb_{day}", sandbox)
        assert not differences_of_files(ours, published(data))
        sandbox.control("clock", {"days": 1})


@pytest.fixture
def stands(refreshed: Path, tmp_path: Path) -> Path:
    """A data folder in which something is published."""
    shutil.copytree(refreshed, tmp_path / "data", symlinks=True)
    return tmp_path / "data"


def refused(data: Path, atlas: Any, **variables: str) -> str:
    """What a rebuild on Spark ends with that leaves what was published."""
    before = published(data)
    done = run("rebuild", data, atlas, **SPARK, **variables)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert published(data) == before
    return done.stdout + done.stderr


def test_a_master_that_nobody_is_at_ends_it(stands: Path, sandbox):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{free.getsockname()[1]}"
        said = refused(stands, sandbox, ATLAS_COSTS_SPARK_MASTER=master)
    assert f"Apache Spark's master {master} (ATLAS_COSTS_SPARK_MASTER) cannot be reached" in said


def test_a_cluster_without_a_worker_ends_it_after_the_patience(
    stands: Path, sandbox, tmp_path: Path
):
    with spark_cluster.running(tmp_path, workers=0) as cluster:
        given = {
            "ATLAS_COSTS_SPARK_MASTER": cluster.master,
            "ATLAS_COSTS_SPARK_PATIENCE_MINUTES": "1",
        }
        said = refused(stands, sandbox, **given)
    assert f"Apache Spark on {cluster.master} ran no task for 1 minutes" in said


def test_a_java_that_does_not_run_ends_it(stands: Path, sandbox, tmp_path: Path):
    java = tmp_path / "java/bin/java"
    java.parent.mkdir(parents=True)
    java.write_text("#!/bin/sh\nexit 1\n")
    java.chmod(0o755)
    said = refused(stands, sandbox, JAVA_HOME=str(tmp_path / "java"))
    assert "Apache Spark did not start on local[2]" in said
