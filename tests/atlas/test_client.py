"""The client asks, retries what a retry can mend, and names what it cannot."""

import gzip
import io
import json
from contextlib import contextmanager

import httpx
import pytest

from orchestration.atlas.client import AtlasClient, RetryPolicy
from orchestration.atlas.errors import (
    CutShort,
    Forbidden,
    MalformedAnswer,
    NotFound,
    RateLimited,
    Refused,
    Unauthorized,
    Unavailable,
)
from tests.servers import Scripted, serving

QUICK = RetryPolicy(attempts=3, initial_wait_s=0.01, jitter_s=0.01, longest_wait_s=1.6)


def error(status: int, code: str = "SOME_CODE", detail: str = "Some detail.", **headers: str):
    body = {"error": status, "errorCode": code, "detail": detail, "parameters": [], "reason": "R"}
    return Scripted(status, json.dumps(body).encode(), headers)


def client(url: str) -> AtlasClient:
    return AtlasClient(url, httpx.Auth(), retries=QUICK)


def get(url: str):
    with client(url) as atlas:
        return atlas.get("/orgs", version="2023-01-01", what="organizations").document


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, Refused),
        (401, Forbidden),
        (403, Forbidden),
        (404, NotFound),
        (406, Refused),
        (409, Refused),
    ],
)
def test_a_4xx_is_named_and_asked_once(status, expected):
    with serving(error(status)) as server:
        with pytest.raises(expected, match=f"{status} SOME_CODE: Some detail") as raised:
            get(server.url)
        assert raised.value.error_code == "SOME_CODE"
        assert len(server.requests) == 1


def test_a_401_without_an_error_code_means_the_key_itself():
    """Atlas names a code once it knows the key; without one the credentials are wrong."""
    with serving(Scripted(401, b'{"error": 401, "reason": "Unauthorized"}')) as server:
        with pytest.raises(Unauthorized, match="key pair"):
            get(server.url)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_what_a_retry_can_mend_is_retried(status):
    with serving(error(status), Scripted(body=b'{"id": "1"}')) as server:
        assert get(server.url) == {"id": "1"}


@pytest.mark.parametrize(("status", "expected"), [(503, Unavailable), (429, RateLimited)])
def test_retries_are_bounded(status, expected):
    with serving(error(status)) as server:
        with pytest.raises(expected):
            get(server.url)
        assert len(server.requests) == QUICK.attempts


def test_retry_after_is_waited_for_and_one_beyond_patience_is_not():
    with serving(error(429, **{"Retry-After": "1"}), Scripted(body=b"{}")) as server:
        assert get(server.url) == {}
    with serving(error(429, **{"Retry-After": "900"})) as server:
        with pytest.raises(RateLimited) as raised:
            get(server.url)
        assert raised.value.retry_after == 900
        assert len(server.requests) == 1


def test_the_wait_is_read_from_the_detail_where_the_header_is_absent():
    limited = error(429, "RATE_LIMITED_TOKEN_BUCKET", "Please retry after 55 seconds. Request …")
    with serving(limited) as server, pytest.raises(RateLimited) as raised:
        get(server.url)
    assert raised.value.retry_after == 55


@pytest.mark.parametrize(
    "broken",
    [
        Scripted(body=b'{"results": [{"id":'),
        Scripted(body=b""),
        Scripted(body=b'{"id": "1"}', announce=500),
        Scripted(hang_up=True),
        Scripted(body=gzip.compress(b'{"id": "1"}')[:-14], headers={"Content-Encoding": "gzip"}),
    ],
    ids=["json-cut", "empty", "transfer-cut", "hung-up", "gzip-cut"],
)
def test_a_body_cut_short_is_asked_for_again_and_then_named(broken):
    with serving(broken, Scripted(body=b'{"id": "2"}')) as server:
        assert get(server.url) == {"id": "2"}
    with serving(broken) as server, pytest.raises((CutShort, Unavailable)):
        get(server.url)


def test_nobody_listening_is_unavailable_with_the_host_named():
    with pytest.raises(Unavailable, match=r"no answer from 127\.0\.0\.1"):
        get("http://127.0.0.1:9")


def test_the_versioned_media_type_is_asked_for():
    with serving(Scripted()) as server:
        get(server.url)
    assert server.requests[0][1]["Accept"] == "application/vnd.atlas.2023-01-01+json"


def page(number: int, *, last: bool, host: str = "https://cloud.mongodb.com") -> Scripted:
    links = [] if last else [{"rel": "next", "href": f"{host}/api/x?pageNum={number + 1}"}]
    return Scripted(body=json.dumps({"results": [{"id": str(number)}], "links": links}).encode())


def test_pages_follow_next_on_the_configured_host_only():
    """A next link may name another host; credentials must never go there."""
    with serving(page(1, last=False, host="http://192.0.2.1"), page(2, last=True)) as server:
        with client(server.url) as atlas:
            pages = list(atlas.pages("/orgs/o/groups", version="2023-01-01", what="projects"))
    assert [each.document["results"][0]["id"] for each in pages] == ["1", "2"]
    assert [path for path, _ in server.requests] == [
        "/api/atlas/v2/orgs/o/groups?itemsPerPage=500",
        "/api/atlas/v2/orgs/o/groups?itemsPerPage=500&pageNum=2",
    ]


def test_a_list_that_repeats_itself_is_malformed():
    """It may hide what it does not show, and would otherwise be read for ever."""
    with serving(page(1, last=False)) as server, client(server.url) as atlas:
        with pytest.raises(MalformedAnswer, match="repeats a page"):
            list(atlas.pages("/orgs/o/groups", version="2023-01-01", what="projects"))
    assert len(server.requests) == 2


def counted(total: int, *ids: str) -> Scripted:
    body = {"results": [{"id": each} for each in ids], "totalCount": total}
    return Scripted(body=json.dumps(body).encode())


@pytest.mark.parametrize(
    ("answers", "ids"),
    [
        ([counted(3, "1", "2"), counted(3, "3")], ["1", "2", "3"]),
        ([counted(9, "1", "2"), counted(9)], ["1", "2"]),
        ([counted(3, "1", "2"), counted(3, "1", "2")], ["1", "2"]),
        ([counted(2, "1", "2")], ["1", "2"]),
    ],
    ids=["more-without-a-link", "an-estimate", "an-estimate-without-pages", "complete"],
)
def test_a_count_beyond_what_was_seen_asks_for_the_next_page(answers, ids):
    with serving(*answers) as server, client(server.url) as atlas:
        pages = list(atlas.pages("/orgs/o/groups", version="2023-01-01", what="projects"))
    found = [each["id"] for answer in pages for each in answer.document["results"]]
    assert found == ids
    assert len(server.requests) == len(answers)


def test_a_download_keeps_the_bytes_as_sent_and_starts_afresh_after_a_cut():
    sent = gzip.compress(b'{"id": "1"}')
    sinks: list[io.BytesIO] = []

    @contextmanager
    def open_sink(encoding: str):
        assert encoding == "gzip"
        sinks.append(io.BytesIO())
        yield sinks[-1]

    headers = {"Content-Encoding": "gzip"}
    with (
        serving(
            Scripted(body=sent[:8], announce=len(sent), headers=headers),
            Scripted(body=sent, headers=headers),
        ) as server,
        client(server.url) as atlas,
    ):
        atlas.download("/x", open_sink, version="2023-01-01", what="invoice 1")
    assert len(sinks) == 2
    assert sinks[1].getvalue() == sent


@pytest.mark.parametrize(("raised", "tries"), [(ValueError("odd"), 1), (EOFError("cut"), 3)])
def test_a_sink_may_refuse_a_body(raised, tries):
    """Cut short is worth another try; a wrong type would only come back the same."""

    @contextmanager
    def open_sink(_: str):
        yield io.BytesIO()
        raise raised

    with serving(Scripted()) as server:
        with client(server.url) as atlas, pytest.raises(MalformedAnswer, match=str(raised)):
            atlas.download("/x", open_sink, version="2023-01-01", what="invoice 1")
        assert len(server.requests) == tries
