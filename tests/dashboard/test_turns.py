"""Pages are drawn a few at a time, and none waits for ever."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from dashboard import turns


@pytest.fixture(autouse=True)
def free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_turns", turns.Turns(turns.AT_ONCE))


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
    assert turns._turns.free == turns.AT_ONCE


def test_who_asks_again_at_once_comes_after_those_who_wait():
    """Nobody passes: a session that never rests would see others' versions before they do."""
    pages, drawn = turns.Turns(1), []

    def visitor(number: int) -> None:
        assert pages.take(5)
        drawn.append(number)
        pages.give_back()

    assert pages.take(0)
    waiting = []
    for number in range(5):
        waiting.append(threading.Thread(target=visitor, args=(number,)))
        waiting[-1].start()
        _until(lambda number=number: len(pages._waiting) == number + 1)
    pages.give_back()
    assert pages.take(5)
    drawn.append("again")
    pages.give_back()
    for each in waiting:
        each.join()
    assert drawn == [0, 1, 2, 3, 4, "again"]


def test_a_turn_that_comes_when_patience_ends_is_not_lost():
    pages = turns.Turns(1)
    for _ in range(300):
        assert pages.take(0)
        giving = threading.Timer(0.0005, pages.give_back)
        giving.start()
        if pages.take(0.0005):
            pages.give_back()
        giving.join()
        assert pages.free == 1


def _until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.001)
