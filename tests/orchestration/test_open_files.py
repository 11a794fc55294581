"""A thousand connections need more open files than a process has at first."""

import resource
from contextlib import ExitStack

import pytest

from orchestration.extraction.hold import allow_open_files, alone, somebody_reads

CONNECTIONS = 200


@pytest.fixture
def few_files():
    """A soft limit that these connections exceed."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (150, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def hold_all(build_dir) -> None:
    with ExitStack() as held:
        held.enter_context(somebody_reads(build_dir))
        for number in range(CONNECTIONS):
            held.enter_context(alone(build_dir, f"org{number}"))


@pytest.mark.usefixtures("few_files")
def test_more_connections_are_held_than_files_may_be_open_at_first(tmp_path):
    with pytest.raises(OSError, match="Too many open files"):
        hold_all(tmp_path)
    allow_open_files(CONNECTIONS)
    hold_all(tmp_path)


def test_a_limit_that_is_high_enough_stays():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    allow_open_files(1)
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= before[0]
