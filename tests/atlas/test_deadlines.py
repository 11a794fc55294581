"""Answers that never end, or never fit: one sentence, in a time that is known beforehand."""

import gzip
import time
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from orchestration.atlas.auth import ServiceAccountAuth, digest
from orchestration.atlas.client import AtlasClient, RetryPolicy
from orchestration.atlas.errors import AtlasError, MalformedAnswer, TooSlow
from tests.servers import Endless, Scripted, never_ending, serving

VERSION = "2023-01-01"
HASTY = RetryPolicy(initial_wait_s=0.01, jitter_s=0, base_s=0.3, longest_s=2)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CHALLENGE = (
    b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n'
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)
ANSWERS = {
    "a header byte by byte": Endless(OK + b"X-Slow: ", b"x", 0.05),
    "headers one by one": Endless(OK, b"X: y\r\n", 0.05),
    "a chunk extension": Endless(CHUNKED + b"5;", b"x", 0.05),
    "a chunk's size": Endless(CHUNKED, b"0", 0.05),
    "informational answers": Endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "informational answers, slowly": Endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
    "trailers": Endless(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n", 0.05),
    "a body byte by byte": Endless(OK + b"Content-Length: 9999\r\n\r\n", b"x", 0.05),
    "an error's body": Endless(b"HTTP/1.1 404 x\r\nContent-Length: 9999\r\n\r\n", b"x", 0.05),
}


class Nothing:
    """A sink that must keep nothing."""

    kept = 0

    @contextmanager
    def open(self, _: str):
        yield self
        type(self).kept += 1

    def write(self, _: bytes) -> None:
        return None


def client(url: str, policy: RetryPolicy = HASTY, auth: httpx.Auth | None = None) -> AtlasClient:
    return AtlasClient(url, auth or httpx.Auth(), retries=policy)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_that_never_ends_is_given_up_after_two_tries(answer):
    began = time.monotonic()
    with never_ending(answer) as server, client(server.url) as atlas:
        with pytest.raises(
            TooSlow, match=r"^invoice list: no answer from 127.0.0.1 \(.* after 0 s"
        ):
            atlas.get("/x", version=VERSION, what="invoice list")
        assert len(server.requests) == 2
    assert time.monotonic() - began < 4


def test_a_download_is_given_up_likewise_and_keeps_nothing():
    for answer in (ANSWERS["a chunk extension"], ANSWERS["a header byte by byte"]):
        with never_ending(answer) as server, client(server.url) as atlas:
            with pytest.raises(TooSlow, match="^invoice 1: "):
                atlas.download("/x", Nothing().open, version=VERSION, what="invoice 1")
            address = SecretStr(f"{server.url}/?canary")
            with pytest.raises(TooSlow, match="^FOCUS report: ") as raised:
                atlas.download_presigned(address, Nothing().open, "FOCUS report")
        assert "canary" not in str(raised.value)
    assert Nothing.kept == 0


def test_a_token_and_a_challenge_are_given_up_likewise():
    slow = ANSWERS["a header byte by byte"]
    with never_ending(slow) as server:
        account = ServiceAccountAuth(server.url, "mdb_sa_id_x", SecretStr("s"))
        with client(server.url, auth=account) as atlas, pytest.raises(TooSlow):
            atlas.get("/x", version=VERSION, what="invoice list")
        assert {path for path, _ in server.requests} == {"/api/oauth/token"}
    with never_ending(replace(slow, first=(CHALLENGE,))) as server:
        with client(server.url, auth=digest("pub", SecretStr("priv"))) as atlas:
            with pytest.raises(TooSlow):
                atlas.get("/x", version=VERSION, what="invoice list")


def test_bytes_of_a_body_earn_time_up_to_a_limit():
    """A base of 0.3 s, and a second for each 50 bytes, up to two."""
    policy = replace(HASTY, earning_bytes_s=50, attempts=1)
    body = b'{"id": "%s"}' % (b"x" * 50)
    with serving(Scripted(body=body, drip_s=0.015)) as server, client(server.url, policy) as atlas:
        assert atlas.get("/x", version=VERSION, what="x").body == body
    endless = Endless(OK + b"Content-Length: 99999999\r\n\r\n", b"x" * 100, 0.01)
    with never_ending(endless) as server, client(server.url, policy) as atlas:
        with pytest.raises(TooSlow, match=r"after 2 s and [\d,]+ bytes of body"):
            atlas.get("/x", version=VERSION, what="x")


def test_waiting_between_requests_takes_nothing_from_the_next():
    with serving(Scripted(), Scripted()) as server, client(server.url) as atlas:
        atlas.get("/x", version=VERSION, what="x")
        time.sleep(0.4)
        atlas.get("/x", version=VERSION, what="x")
        assert atlas.requests == 2


SMALL = replace(HASTY, base_s=20, most_document_bytes=10_000, most_download_bytes=10_000)
ZEROS = b"[" + b"0," * 700_000 + b"0]"


@pytest.mark.parametrize(
    "answer",
    [
        Scripted(body=ZEROS),
        Scripted(body=gzip.compress(ZEROS, mtime=0), headers={"Content-Encoding": "gzip"}),
        Scripted(404, body=ZEROS),
        Scripted(404, body=gzip.compress(ZEROS), headers={"Content-Encoding": "gzip"}),
        Scripted(body=ZEROS, headers={"Content-Type": "text/html"}),
    ],
    ids=["large", "gzip", "error", "gzip error", "page"],
)
def test_a_body_that_no_document_of_atlas_has_is_not_read_to_its_end(answer):
    with serving(answer) as server, client(server.url, SMALL) as atlas:
        with pytest.raises(MalformedAnswer, match=r"^projects: the answer is larger than [01] MiB"):
            atlas.get("/x", version=VERSION, what="projects")
        assert len(server.requests) == 1


def test_a_download_without_an_end_is_not_read_to_it():
    endless = Endless(OK + b"\r\n", b"[" + b"0," * 5000)
    with never_ending(endless) as server, client(server.url, SMALL) as atlas:
        for ask in (
            lambda: atlas.download("/x", Nothing().open, version=VERSION, what="invoice 1"),
            lambda: atlas.download_presigned(SecretStr(server.url), Nothing().open, "invoice 1"),
        ):
            with pytest.raises(MalformedAnswer, match="^invoice 1: the answer is larger than"):
                ask()
    assert Nothing.kept == 0


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "deflate"])
def test_only_the_packing_that_was_asked_for_is_unpacked(encoding):
    packed = Scripted(body=b"x" * 100, headers={"Content-Encoding": encoding})
    with serving(packed) as server, client(server.url) as atlas:
        with pytest.raises(MalformedAnswer, match="packed as"):
            atlas.get("/x", version=VERSION, what="projects")
        with pytest.raises(MalformedAnswer, match="packed as"):
            atlas.download("/x", Nothing().open, version=VERSION, what="invoice 1")


def test_a_token_answer_has_a_size_too():
    with serving(Scripted(body=b" " * (2**20 + 1))) as server:
        account = ServiceAccountAuth(server.url, "mdb_sa_id_x", SecretStr("s"))
        with client(server.url, replace(HASTY, base_s=20), account) as atlas:
            with pytest.raises(AtlasError, match="larger than 1 MiB"):
                atlas.get("/x", version=VERSION, what="x")
