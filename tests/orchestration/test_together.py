"""for_all: every connection at once, none delayed or failed by another. Real threads, tiny work."""

import gzip
import threading
import time
from collections.abc import Callable

import pytest

from orchestration.atlas.errors import AtlasError, RateLimited, Unauthorized, Unavailable
from orchestration.config.connections import Connection, SettingsError
from orchestration.extraction.session import Session
from orchestration.extraction.together import AT_ONCE, CONNECTION, fail, for_all
from orchestration.landing.journal import JournalError, Landing, LandingClosed

FOR_EVER = 60.0
SHORT = 0.1


@pytest.fixture
def sessions(tmp_path) -> Callable[..., list[Session]]:
    def made(*names: str) -> list[Session]:
        return [
            Session(
                connection=Connection(name, f"{number:024x}", "http://127.0.0.1:9"),
                landing=Landing(tmp_path, name),
                new_client=lambda _: pytest.fail("nothing is asked of Atlas here"),
            )
            for number, name in enumerate(names)
        ]

    return made


def noted(session: Session) -> tuple[str | None, str]:
    """What the journal, read anew, says of the connection."""
    again = Landing(session.landing.root, session.name)
    seen = again.current(CONNECTION)[session.org_id]
    return seen.error, seen.cause


def failing(**errors: BaseException) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        if error := errors.get(session.name):
            raise error

    return work


def test_nothing_to_do_is_done_at_once():
    for_all([], failing(), FOR_EVER)


def test_every_connection_is_worked_on_at_the_same_time(sessions):
    meeting, met = threading.Barrier(3), list[str]()

    def work(session: Session) -> None:
        meeting.wait(10)
        met.append(session.name)

    for_all(sessions("a", "b", "c"), work, FOR_EVER)
    assert sorted(met) == ["a", "b", "c"]


def test_no_more_than_so_many_at_once(sessions):
    lock, now, most = threading.Lock(), 0, 0

    def work(_: Session) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1

    for_all(sessions(*(f"c{number}" for number in range(AT_ONCE + 5))), work, FOR_EVER)
    assert 1 < most <= AT_ONCE


def test_one_that_fails_is_noted_and_left_out_from_then_on(sessions):
    both = sessions("good", "bad")
    for_all(both, failing(bad=Unauthorized("No.", status=401)), FOR_EVER)
    assert noted(both[0]) == (None, "")
    assert noted(both[1]) == (both[1].failure, "bad key")
    worked: list[str] = []
    for_all(both, lambda each: worked.append(each.name), FOR_EVER)
    assert worked == ["good"]
    assert noted(both[1])[0] is not None


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (Unavailable("Down."), "unreachable"),
        (RateLimited("Later.", status=429), "rate limited"),
        (SettingsError("X_KEY is not set."), "bad key"),
    ],
)
def test_the_cause_is_noted_with_the_sentence(sessions, error, cause):
    both = sessions("good", "bad")
    for_all(both, failing(bad=error), FOR_EVER)
    assert noted(both[1]) == (str(error), cause)


def test_a_success_takes_back_what_was_noted_before(sessions):
    both = sessions("good", "bad")
    for_all(both, failing(bad=Unavailable("Down.")), FOR_EVER)
    again = sessions("good", "bad")
    for_all(again, failing(), FOR_EVER)
    assert [noted(each) for each in again] == [(None, ""), (None, "")]


def test_the_first_error_is_raised_where_every_connection_failed(sessions):
    first, second = Unavailable("First."), Unavailable("Second.")
    both = sessions("a", "b")
    with pytest.raises(AtlasError) as raised:
        for_all(both, failing(a=first, b=second), FOR_EVER)
    assert raised.value is first
    assert [noted(each)[0] for each in both] == [str(first), str(second)]


def test_the_only_connection_failing_is_raised(sessions):
    with pytest.raises(SettingsError, match="X_KEY"):
        for_all(sessions("a"), failing(a=SettingsError("X_KEY is not set.")), FOR_EVER)


def test_nothing_is_done_where_all_failed_before(sessions):
    both = sessions("a", "b")
    for each in both:
        fail(each, "Down.", "unreachable")
    for_all(both, lambda _: pytest.fail("asked"), FOR_EVER)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), JournalError("torn")])
def test_what_is_no_fault_of_one_connection_stops_all(sessions, error):
    with pytest.raises(type(error)) as raised:
        for_all(sessions("good", "bad"), failing(bad=error), FOR_EVER)
    assert raised.value is error


@pytest.mark.parametrize("error", [ValueError("a mistake"), gzip.BadGzipFile("not gzip")])
def test_what_nobody_foresaw_in_one_connection_does_not_stop_the_others(sessions, error):
    both = sessions("good", "bad")
    for_all(both, failing(bad=error), FOR_EVER)
    assert [each.failure for each in both] == [None, f"unexpected {type(error).__name__}: {error}"]
    with pytest.raises(type(error)):
        for_all(sessions("bad"), failing(bad=error), FOR_EVER)


class Slow:
    """Work that one connection does not end until it is let go."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.go = threading.Event()
        self.ended = threading.Event()
        self.closed: list[str] = []

    def __call__(self, session: Session) -> None:
        if session.name not in self.names:
            return
        session.landing.observe("invoices", "kept", [], {"updated": "then"})
        self.go.wait(10)
        try:
            session.landing.observe("invoices", "late", [], {"updated": "now"})
        except LandingClosed:
            self.closed.append(session.name)
        self.ended.set()


@pytest.fixture
def slow():
    made = Slow("slow")
    yield made
    made.go.set()


def test_a_slow_one_is_left_behind_once_the_others_are_done(sessions, slow):
    several = sessions("slow", "quick")
    for_all(several, slow, SHORT)
    assert several[1].failure is None
    assert several[0].stop.is_set()
    assert not several[1].stop.is_set()
    error, cause = noted(several[0])
    assert cause == "slow"
    assert "still being read" in str(error)


def test_one_that_was_left_behind_keeps_what_it_landed_and_notes_nothing_more(sessions, slow):
    several = sessions("slow", "quick")
    for_all(several, slow, SHORT)
    slow.go.set()
    assert slow.ended.wait(10)
    assert slow.closed == ["slow"]
    assert set(Landing(several[0].landing.root, "slow").current("invoices")) == {"kept"}


def test_one_that_ends_within_the_patience_is_waited_for(sessions, slow):
    several = sessions("slow", "quick")
    threading.Timer(0.2, slow.go.set).start()
    for_all(several, slow, FOR_EVER)
    assert several[0].failure is None
    assert set(several[0].landing.current("invoices")) == {"kept", "late"}


def test_an_only_connection_is_waited_for_however_long(sessions, slow):
    [only] = sessions("slow")
    threading.Timer(0.3, slow.go.set).start()
    for_all([only], slow, 0.0)
    assert only.failure is None


def test_two_slow_ones_do_not_delay_the_one_that_is_done(sessions):
    slow = Slow("a", "b")
    several = sessions("a", "b", "quick")
    for_all(several, slow, 0.0)
    slow.go.set()
    assert [bool(each.failure) for each in several] == [True, True, False]


def test_nobody_is_left_behind_for_one_that_failed(sessions, slow):
    """A bad key answers at once: that says nothing about how slow the others are."""
    both = sessions("slow", "bad")
    threading.Timer(0.3, slow.go.set).start()

    def work(session: Session) -> None:
        failing(bad=Unauthorized("No.", status=401))(session)
        slow(session)

    for_all(both, work, 0.0)
    assert both[0].failure is None
    assert both[1].failure is not None


def test_one_slow_and_the_others_failed_is_waited_for_and_published(sessions, slow):
    several = sessions("slow", "bad", "worse")
    threading.Timer(0.2, slow.go.set).start()

    def work(session: Session) -> None:
        down = Unavailable("Down.")
        failing(bad=down, worse=down)(session)
        slow(session)

    for_all(several, work, 0.0)
    assert [bool(each.failure) for each in several] == [False, True, True]
