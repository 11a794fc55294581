"""Pages are drawn a few at a time, and none waits for ever."""

import threading
from contextlib import ExitStack

import pytest

from dashboard import turns


@pytest.fixture(autouse=True)
def free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_turns", threading.BoundedSemaphore(turns.AT_ONCE))


def test_one_more_is_drawn_when_one_of_those_before_is_done():
    drawn = threading.Event()

    def one_more() -> None:
        with turns.turn():
            drawn.set()

    with ExitStack() as before:
        for _ in range(turns.AT_ONCE - 1):
            before.enter_context(turns.turn())
        with turns.turn():
            waiting = threading.Thread(target=one_more)
            waiting.start()
            assert not drawn.wait(0.2)
        assert drawn.wait(5)
    waiting.join()


def test_a_page_that_fails_gives_its_turn_back():
    for _ in range(turns.AT_ONCE + 1):
        with pytest.raises(ValueError, match="of a page"), turns.turn():
            raise ValueError("of a page")


def test_nobody_waits_longer_than_a_while_for_long_pages(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_S", 0.1)
    drawn = 0
    with ExitStack() as pages:
        for _ in range(turns.AT_ONCE + 2):
            pages.enter_context(turns.turn())
            drawn += 1
    assert drawn == turns.AT_ONCE + 2
    # those that had no turn give none back: as many are free as before
    free = [turns._turns.acquire(blocking=False) for _ in range(turns.AT_ONCE + 1)]
    assert free == [True] * turns.AT_ONCE + [False]
