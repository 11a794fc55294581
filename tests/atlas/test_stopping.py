"""When nobody waits any more, a client stops asking, reading and waiting."""

import io
import threading
import time
from contextlib import contextmanager

import httpx
import pytest

from orchestration.atlas.client import AtlasClient, RetryPolicy
from orchestration.atlas.errors import RateLimited, Stopped, Unavailable
from tests.servers import Scripted, serving

VERSION = "2023-01-01"


@pytest.fixture
def stop():
    return threading.Event()


def test_nothing_is_asked_any_more(stop):
    stop.set()
    with serving(Scripted()) as server, AtlasClient(server.url, httpx.Auth(), stop=stop) as atlas:
        with pytest.raises(Stopped, match="organization: given up on because"):
            atlas.get("/orgs/o", version=VERSION, what="organization")
        assert (server.requests, atlas.requests) == ([], 0)


@pytest.mark.parametrize(
    "answer",
    [Scripted(429, headers={"Retry-After": "60"}), Scripted(503)],
    ids=["retry-after", "back-off"],
)
def test_a_wait_for_the_next_try_ends_at_once(stop, answer):
    patient = RetryPolicy(initial_wait_s=30, jitter_s=30)
    with serving(answer) as server:
        with AtlasClient(server.url, httpx.Auth(), retries=patient, stop=stop) as atlas:
            threading.Timer(0.2, stop.set).start()
            began = time.monotonic()
            with pytest.raises(Stopped):
                atlas.get("/orgs/o", version=VERSION, what="organization")
        assert time.monotonic() - began < 3
        assert len(server.requests) == 1


def test_a_download_ends_between_two_chunks_and_keeps_nothing(stop):
    kept = []

    @contextmanager
    def open_sink(_: str):
        yield (received := io.BytesIO())
        kept.append(received)

    with serving(Scripted(body=b"x" * 5000, drip_s=0.1)) as server:
        with AtlasClient(server.url, httpx.Auth(), stop=stop) as atlas:
            threading.Timer(0.3, stop.set).start()
            began = time.monotonic()
            with pytest.raises(Stopped):
                atlas.download("/x", open_sink, version=VERSION, what="invoice 1")
    assert time.monotonic() - began < 3
    assert kept == []


def test_a_retry_after_beyond_patience_is_not_waited_for():
    with serving(Scripted(429, headers={"Retry-After": "121"})) as server:
        with AtlasClient(server.url, httpx.Auth()) as atlas, pytest.raises(RateLimited):
            atlas.get("/orgs/o", version=VERSION, what="organization")
        assert len(server.requests) == 1


def test_each_wait_is_said_with_its_reason(caplog):
    quick = RetryPolicy(attempts=2, initial_wait_s=0.01, jitter_s=0)
    with serving(Scripted(503)) as server:
        with AtlasClient(server.url, httpx.Auth(), retries=quick) as atlas:
            with pytest.raises(Unavailable):
                atlas.get("/orgs/o", version=VERSION, what="organization")
    [said] = [each.message for each in caplog.records if each.name == "atlas_costs"]
    assert said.startswith("organization: Atlas answered 503")
    assert said.endswith("Next try in 0 s.")


def test_a_challenge_is_not_answered_any_more(stop):
    class Twice(httpx.Auth):
        def auth_flow(self, request: httpx.Request):
            response = yield request
            response.read()
            stop.set()
            yield request

    with serving(Scripted()) as server, AtlasClient(server.url, Twice(), stop=stop) as atlas:
        with pytest.raises(Stopped):
            atlas.get("/orgs/o", version=VERSION, what="organization")
        assert len(server.requests) == atlas.requests == 1
