"""A proxy or a captive portal answers in Atlas's place: tried once more, then named."""

import gzip

import httpx
import pytest
from pydantic import SecretStr

from orchestration.atlas.auth import ServiceAccountAuth
from orchestration.atlas.client import AtlasClient, RetryPolicy
from orchestration.atlas.errors import NotAtlas
from tests.atlas.test_transfer import Kept
from tests.servers import Scripted, serving

QUICK = RetryPolicy(attempts=5, initial_wait_s=0.01, jitter_s=0)
VERSION = "2023-01-01"
PAGE = b"\n<!DOCTYPE html><html><body>Sign in to the guest network</body></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}
ANSWERS = {
    "named as HTML": Scripted(body=PAGE, headers=HTML),
    "named as JSON": Scripted(body=PAGE, headers={"Content-Type": "application/json"}),
    "a redirect": Scripted(302, b"", {"Location": "http://portal.invalid/?from=canary"}),
}
PACKED = Scripted(body=gzip.compress(PAGE, mtime=0), headers={"Content-Encoding": "gzip"})
SENTENCE = (
    "invoice 1: the answer is an HTML page instead of Atlas's data: a proxy or a login page stands "
    "between this machine and Atlas. Nothing was kept of it. Sign in to the proxy, or let this "
    "machine pass it, then try again."
)


def client(url: str, auth: httpx.Auth | None = None) -> AtlasClient:
    return AtlasClient(url, auth or httpx.Auth(), retries=QUICK)


def questions(atlas: AtlasClient, url: str, kept: Kept):
    """Every way to ask Atlas for something without harm in asking twice."""
    return {
        "document": lambda: atlas.get("/x", version=VERSION, what="invoice 1"),
        "list": lambda: list(atlas.pages("/x", version=VERSION, what="invoice 1")),
        "invoice": lambda: atlas.download("/x", kept.open, version=VERSION, what="invoice 1"),
        "report": lambda: atlas.download_presigned(SecretStr(f"{url}/r"), kept.open, "invoice 1"),
    }


# where a storage service redirects to is its own affair: see test_transfer
@pytest.mark.parametrize(
    ("page", "way"),
    [
        pytest.param(page, way, id=f"{name}-{way}")
        for name, page in {**ANSWERS, "packed": PACKED}.items()
        for way in ("document", "list", "invoice", "report")
        if (page.status, way) != (302, "report")
    ],
)
def test_a_login_page_is_tried_once_more_and_then_named(page, way):
    kept = Kept()
    with serving(page) as server, client(server.url) as atlas:
        with pytest.raises(NotAtlas, match="stands between this machine and Atlas") as raised:
            questions(atlas, server.url, kept)[way]()
        assert len(server.requests) == 2
    assert page.status == 302 or str(raised.value) == SENTENCE
    assert "canary" not in str(raised.value)
    assert kept.bodies == []


@pytest.mark.parametrize("way", ["document", "list", "invoice", "report"])
def test_a_page_that_goes_away_does_not_count(way):
    kept = Kept()
    with serving(ANSWERS["named as HTML"], Scripted()) as server, client(server.url) as atlas:
        questions(atlas, server.url, kept)[way]()
        assert len(server.requests) == 2


def test_a_token_from_a_login_page_is_tried_once_more():
    token = Scripted(body=b'{"access_token": "a"}')
    with serving(ANSWERS["named as HTML"], token, Scripted()) as server:
        account = ServiceAccountAuth(server.url, "mdb_sa_id_x", SecretStr("s"))
        with client(server.url, account) as atlas:
            atlas.get("/x", version=VERSION, what="organization")
        assert len(server.requests) == 3


def test_a_change_is_not_sent_twice_because_of_a_page():
    with serving(ANSWERS["named as HTML"]) as server, client(server.url) as atlas:
        with pytest.raises(NotAtlas):
            atlas.change("POST", "/x", {}, version=VERSION, what="cluster")
        assert len(server.requests) == 1


def test_redirects_are_not_followed():
    with serving(Scripted(302, b"", {"Location": "/x"})) as server, client(server.url) as atlas:
        with pytest.raises(NotAtlas, match=r"redirect \(302\)"):
            atlas.get("/x", version=VERSION, what="organization")
        assert len(server.requests) == 2
