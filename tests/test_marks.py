"""What `make test-fast` leaves out is marked by itself, and what it runs builds nothing."""

import re
import subprocess
import sys

import pytest

from tests.conftest import LONG, ROOT
from tests.wide import WIDE


@pytest.mark.parametrize(
    "command",
    [
        ["dbt", "build"],
        ["/opt/bin/dbt", "--quiet", "run"],
        ["atlas-costs", "refresh"],
        [sys.executable, "-m", "orchestration.refreshing.dbt_process", "{}"],
    ],
    ids=" ".join,
)
def test_a_test_without_the_mark_cannot_build(command):
    with pytest.raises(pytest.fail.Exception, match="mark it as `built`"):
        subprocess.run(command, check=False)


@pytest.mark.built
def test_one_that_has_it_can(tmp_path):
    program = tmp_path / "dbt"
    program.write_text("#!/bin/sh\nexit 7\n")
    program.chmod(0o755)
    assert subprocess.run([program, "build"], check=False).returncode == 7


@pytest.fixture
def refreshed():
    """Called like the fixture that builds."""


def test_a_fixture_that_builds_marks_its_test(refreshed, request):
    assert request.node.get_closest_marker("built")


def test_every_file_called_long_is_there():
    for folder, files in LONG.items():
        assert {f"{each}.py" for each in files} <= {
            each.name for each in (ROOT / "tests" / folder).glob("test_*.py")
        }


def test_every_cheaper_test_of_what_is_wide_is_there():
    for pattern, cheaper in WIDE.items():
        for each in cheaper.split(", "):
            assert (ROOT / "tests" / each).exists(), pattern


def test_what_is_called_wide_is_there():
    names = {re.search(r"test_\w+\.py", pattern)[0] for pattern in WIDE}
    files = [each for name in sorted(names) for each in (ROOT / "tests").rglob(name)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "wide", *files],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for pattern in WIDE:
        assert re.search(pattern, done.stdout), pattern
