"""Tests run dbt as forks of one process: what fails as a dbt of its own fails as a fork."""

import os
import shutil
import subprocess

from tests.forked_dbt import PROJECT, program


def test_a_project_that_cannot_be_read_fails(tmp_path):
    project = tmp_path / "project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    (project / "models/marts/backups.sql").write_text("select * from {{ ref('nowhere') }}")
    environment = {
        **os.environ,
        "DBT_PROJECT_DIR": str(project),
        "DBT_PROFILES_DIR": str(project),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
    }
    done = subprocess.run(
        [program(), "parse"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "nowhere" in done.stdout
