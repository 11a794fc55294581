"""Work on many things at once: every thread has a client of its own, and no error is lost."""

import threading

import pytest

from orchestration.config.connections import Connection
from orchestration.extraction.session import Session
from orchestration.landing.journal import Landing


class Client:
    requests = 1


@pytest.fixture
def session(tmp_path):
    connection = Connection("default", "5" * 24, "http://127.0.0.1:9")
    return Session(connection, Landing(tmp_path, "default"), lambda _: Client(), concurrency=3)


def test_every_item_is_done_once_by_no_more_clients_than_allowed(session):
    done, used, lock = [], set(), threading.Lock()
    together = threading.Barrier(3, timeout=10)

    def work(client, item):
        if item < 3:
            together.wait()
        with lock:
            done.append(item)
            used.add(id(client))

    session.each(work, range(20))
    assert sorted(done) == list(range(20))
    assert len(used) == session.requests == 3


@pytest.mark.parametrize("error", [IndexError("work"), ValueError("work"), KeyboardInterrupt()])
def test_the_first_error_is_raised_and_what_is_left_is_not_begun(session, error):
    done = []

    def work(_, item):
        if item == 5:
            raise error
        done.append(item)

    with pytest.raises(type(error)):
        session.each(work, range(1000))
    assert len(done) < 1000


def test_a_client_that_is_free_is_used_again(session):
    first = session.client()
    session.give_back(first)
    assert session.client() is first
