"""One sentence for a user, from anywhere in a chain of causes, and never a hang."""

import errno

import pytest

from orchestration.explain import explanation
from orchestration.settings import SettingsError


class Wrapper(Exception):
    """What Dagster makes of an exception in a resource or a step."""

    def __init__(self, inner: BaseException) -> None:
        super().__init__("wrapped")
        self.user_exception = inner


def test_the_cause_is_found_through_wrappers():
    assert explanation(Wrapper(Wrapper(SettingsError("set it")))) == "set it"


def test_a_chain_that_closes_on_itself_ends():
    """Python sets the context of what is raised while handling: the two may name each other."""
    inner = KeyError("x")
    outer = Wrapper(inner)
    inner.__context__ = outer
    assert explanation(outer) is None


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("IO Error: Could not write file: No space left on device"),
        RuntimeError("database or disk is full"),
    ],
)
def test_a_full_disk_is_said_whoever_noticed(error):
    assert "Free some space" in explanation(error)


def test_what_was_not_foreseen_has_no_sentence():
    assert explanation(ZeroDivisionError("x")) is None
