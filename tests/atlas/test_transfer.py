"""Bodies that break, drip, or come from elsewhere."""

import gzip
import io
import logging
import time
from contextlib import contextmanager

import httpx
import pytest
from pydantic import SecretStr

from orchestration.atlas.auth import digest
from orchestration.atlas.client import AtlasClient, RetryPolicy
from orchestration.atlas.errors import (
    CutShort,
    Expired,
    MalformedAnswer,
    RateLimited,
    Unavailable,
)
from orchestration.atlas.transfer import Paced
from tests.servers import Scripted, serving

QUICK = RetryPolicy(attempts=2, initial_wait_s=0.01, jitter_s=0, longest_wait_s=1)
HASTY = RetryPolicy(
    attempts=2, initial_wait_s=0.01, jitter_s=0, slowest_bytes_s=1_000_000, patience_s=0.3
)
VERSION = "2023-01-01"
SIGNATURE = "canary-signature"


class Kept:
    """Bodies that a sink kept, each with its encoding."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, bytes]] = []

    @contextmanager
    def open(self, encoding: str):
        yield (received := io.BytesIO())
        self.bodies.append((encoding, received.getvalue()))


@pytest.fixture
def kept():
    return Kept()


def client(url: str, policy: RetryPolicy = QUICK) -> AtlasClient:
    return AtlasClient(url, httpx.Auth(), retries=policy)


@pytest.mark.parametrize(
    "broken",
    [
        Scripted(body=b""),
        Scripted(body=b'{"id": 1}', announce=500),
        Scripted(body=b'{"id": 1}', chunked=True),
        Scripted(hang_up=True),
    ],
    ids=["empty", "transfer-cut", "no-last-chunk", "hung-up"],
)
def test_a_broken_download_keeps_nothing_and_is_asked_for_again(broken, kept):
    whole = Scripted(body=b'{"id": 2}')
    with serving(broken, whole) as server, client(server.url) as atlas:
        atlas.download("/x", kept.open, version=VERSION, what="invoice 1")
    assert kept.bodies == [("", b'{"id": 2}')]
    with serving(broken) as server, client(server.url) as atlas:
        with pytest.raises((CutShort, Unavailable), match=r"invoice 1: .*\."):
            atlas.download("/x", kept.open, version=VERSION, what="invoice 1")
    assert len(kept.bodies) == 1


@pytest.mark.parametrize(
    "broken",
    [
        Scripted(body=b'{"id": "123"}', announce=5),
        Scripted(body=b'{"id": 1}', chunked=True),
        Scripted(204, body=b""),
    ],
    ids=["length-too-short", "no-last-chunk", "no-content"],
)
def test_a_broken_document_is_one_sentence(broken):
    with serving(broken) as server, client(server.url) as atlas:
        with pytest.raises((CutShort, Unavailable), match=r"^organization: .*\.$"):
            atlas.get("/x", version=VERSION, what="organization")
        assert len(server.requests) == QUICK.attempts


def test_a_body_that_drips_is_cut_off_and_asked_for_again(kept):
    dripping = Scripted(body=b'{"id": "%s"}' % (b"x" * 500), drip_s=0.1)
    with serving(dripping, Scripted(body=b"{}")) as server, client(server.url, HASTY) as atlas:
        atlas.download("/x", kept.open, version=VERSION, what="invoice 1")
    assert kept.bodies == [("", b"{}")]
    with serving(dripping) as server, client(server.url, HASTY) as atlas:
        began = time.monotonic()
        with pytest.raises(Unavailable, match=r"only \d+ bytes came in \d+ s"):
            atlas.get("/x", version=VERSION, what="organization")
        assert time.monotonic() - began < 4  # either body would take five seconds


class Bytes(httpx.SyncByteStream):
    """A body whose chunks come when a test says."""

    def __init__(self, *seconds_before_each: float) -> None:
        self.seconds = seconds_before_each

    def __iter__(self):
        for seconds in self.seconds:
            time.sleep(seconds)
            yield b"x" * 100


def test_only_waiting_after_the_first_byte_counts_as_slow():
    """Atlas may think before it answers, and a disk may be slower than the network."""
    body = Paced(Bytes(0.3, 0, 0, 0), 1000, 0.2, lambda: None)
    for _ in body:
        time.sleep(0.1)
    with pytest.raises(httpx.ReadTimeout):
        list(Paced(Bytes(0, 0.1, 0.15), 10_000, 0.2, lambda: None))
    assert len(list(Paced(Bytes(0, 0.1, 0.15), 100, 0.2, lambda: None))) == 3


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(gzip.compress(b"a,b\n", mtime=0), "gzip"), (b"a,b\n1,2\n", ""), (b"a", "")],
)
def test_a_presigned_download_sends_no_credentials_and_is_told_by_its_first_bytes(
    body, encoding, kept
):
    with serving(Scripted(body=body)) as server:
        auth = digest("pub", SecretStr("priv"))
        with AtlasClient("http://atlas.invalid", auth, retries=QUICK) as atlas:
            url = SecretStr(f"{server.url}/report.csv?signature={SIGNATURE}")
            atlas.download_presigned(url, kept.open, "FOCUS report")
            assert atlas.requests == 1
    [(path, headers)] = server.requests
    assert path == f"/report.csv?signature={SIGNATURE}"
    assert not {"authorization", "cookie", "referer"} & {each.lower() for each in headers}
    assert kept.bodies == [(encoding, body)]


@pytest.mark.parametrize(
    ("answer", "expected", "tries"),
    [
        (Scripted(403, b"<Error>canary-signature</Error>"), Expired, 1),
        (Scripted(400), Expired, 1),
        (Scripted(503), Unavailable, QUICK.attempts),
        (Scripted(429, headers={"Retry-After": "900"}), RateLimited, 1),
        (Scripted(body=b"a", announce=9), Unavailable, QUICK.attempts),
        (Scripted(body=b""), CutShort, QUICK.attempts),
        (Scripted(302, headers={"Location": "http://x/?signature=canary-signature"}), None, 1),
    ],
    ids=["403", "400", "503", "429", "cut", "empty", "redirect"],
)
def test_a_presigned_address_stays_a_secret_whatever_happens(answer, expected, tries, kept, caplog):
    caplog.set_level(logging.DEBUG)
    with serving(answer) as server, client(server.url) as atlas:
        url = SecretStr(f"{server.url}/report.csv?signature={SIGNATURE}")
        with pytest.raises(Exception, match="FOCUS report: ") as raised:
            atlas.download_presigned(url, kept.open, "FOCUS report")
        assert len(server.requests) == tries
    assert expected is None or type(raised.value) is expected
    for text in (str(raised.value), caplog.text):
        assert SIGNATURE not in text
        assert "report.csv" not in text
    assert "127.0.0.1" in str(raised.value) or isinstance(raised.value, CutShort)
    assert kept.bodies == []


@pytest.mark.parametrize("url", ["http://x:canary", "canary-signature", "ftp://x/canary"])
def test_an_address_that_is_none_is_not_repeated(url, kept):
    with client("http://atlas.invalid") as atlas:
        with pytest.raises((MalformedAnswer, Unavailable)) as raised:
            atlas.download_presigned(SecretStr(url), kept.open, "FOCUS report")
    assert "canary" not in str(raised.value)


def test_a_header_that_cannot_be_sent_is_not_repeated():
    class Odd(httpx.Auth):
        def auth_flow(self, request: httpx.Request):
            request.headers["Authorization"] = "Bearer canary\nsecret"
            yield request

    with serving(Scripted()) as server, AtlasClient(server.url, Odd(), retries=QUICK) as atlas:
        with pytest.raises(Unavailable) as raised:
            atlas.get("/x", version=VERSION, what="organization")
    assert "canary" not in str(raised.value)


def test_what_atlas_makes_is_asked_for_with_its_media_type():
    with serving(Scripted(201, b'{"reportId": "r"}')) as server, client(server.url) as atlas:
        answer = atlas.change("POST", "/x", {"a": "b"}, version="2025-03-12", what="report")
    assert answer.document == {"reportId": "r"}
    [(_, headers)] = server.requests
    media_type = "application/vnd.atlas.2025-03-12+json"
    assert (headers["Accept"], headers["Content-Type"]) == (media_type, media_type)
    assert server.bodies == [b'{"a":"b"}']


@pytest.mark.parametrize(
    ("answer", "tries"),
    [
        (Scripted(429), 2),
        (Scripted(500), 1),
        (Scripted(503), 1),
        (Scripted(408), 1),
        (Scripted(409), 1),
        (Scripted(hang_up=True), 1),
        (Scripted(201, b""), 1),
    ],
)
def test_a_post_is_repeated_only_where_atlas_did_not_take_it(answer, tries):
    with serving(answer) as server, client(server.url) as atlas:
        with pytest.raises(Exception, match=r"^report: "):
            atlas.change("POST", "/x", {}, version="2025-03-12", what="report")
        assert len(server.requests) == tries


def test_a_post_that_found_nobody_is_repeated():
    with client("http://127.0.0.1:9") as atlas:
        with pytest.raises(Unavailable) as raised:
            atlas.change("POST", "/x", {}, version="2025-03-12", what="report")
        assert atlas.requests == QUICK.attempts
    assert not raised.value.was_sent
