"""The published file, held by somebody else."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from orchestration.published.reader import NotPublished, opened

HOLDS = "import duckdb, sys; db = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"


def test_a_program_that_holds_the_file_open_for_writing_is_named(tmp_path):
    file = tmp_path / "atlas_costs.duckdb"
    duckdb.connect(str(file)).close()
    command = [sys.executable, "-c", HOLDS, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tool:
        assert tool.stdout.readline()
        with pytest.raises(NotPublished) as raised, opened(file):
            pytest.fail("it was opened")
        tool.communicate(b"\n")
    program = Path(os.path.realpath(sys.executable)).name
    assert str(raised.value) == (
        f"{file} is open for writing in {program} (process {tool.pid}): close it there, or open "
        "it read-only."
    )
    with opened(file) as db:
        assert db.execute("select 1").fetchone() == (1,)
