"""One run at a time, and none beside what a killed one left behind."""

import subprocess
import sys
import time

import duckdb
import pytest

from orchestration.warehouse.errors import AlreadyRunning, FileInUse
from orchestration.warehouse.lock import run_lock, wait_until_free

HOLD = "import duckdb, sys, time; db = duckdb.connect(sys.argv[1]); print(1, flush=True)"


@pytest.fixture
def held(tmp_path):
    """A DuckDB file that another process holds for as long as the test says."""
    file = tmp_path / "raw.duckdb"
    duckdb.connect(str(file)).close()

    def hold(seconds: float) -> subprocess.Popen:
        code = f"{HOLD}; time.sleep({seconds})"
        process = subprocess.Popen([sys.executable, "-c", code, str(file)], stdout=subprocess.PIPE)
        process.stdout.readline()
        started.append(process)
        return process

    started: list[subprocess.Popen] = []
    yield file, hold
    for each in started:
        each.kill()
        each.wait()
        each.stdout.close()


def test_a_second_run_is_told_of_the_first(tmp_path):
    with run_lock(tmp_path, "first"), pytest.raises(AlreadyRunning, match="run first"):
        with run_lock(tmp_path, "second"):
            pass


def test_what_a_killed_run_left_behind_is_waited_for(held):
    file, hold = held
    hold(1.5)
    started = time.monotonic()
    wait_until_free([file, file.with_name("absent.duckdb")])
    assert time.monotonic() - started > 0.5
    duckdb.connect(str(file)).close()


def test_what_does_not_let_go_is_named(held):
    file, hold = held
    hold(60)
    with pytest.raises(FileInUse, match=r"raw\.duckdb is in use by another process"):
        wait_until_free([file], patience_s=0.1)
