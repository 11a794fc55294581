"""Faults on demand: each does what it says, as often as it was asked to."""

import gzip
import json
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

API = "/api/atlas/v2"


@pytest.fixture
def broken(fresh, signed_in):
    """A sandbox, a signed-in client, the newest closed invoice's path and a way to break things."""
    sandbox = fresh()
    client = signed_in(sandbox)
    listed = client.get(f"{API}/orgs/{sandbox.org_id}/invoices").json()["results"]
    path = f"{API}/orgs/{sandbox.org_id}/invoices/{listed[-1]['id']}"

    def break_it(**fault) -> httpx.Response:
        return httpx.post(f"{sandbox.base_url}/sandbox/faults", json=[{"path": ".", **fault}])

    return sandbox, client, path, break_it


def test_a_status_with_its_code_and_wait(broken) -> None:
    _, client, path, break_it = broken
    break_it(kind="status", status=503, error_code="BUSY", retry_after=7, times=1)
    answer = client.get(path)
    assert (answer.status_code, answer.json()["errorCode"]) == (503, "BUSY")
    assert answer.headers["retry-after"] == "7"
    assert client.get(path).status_code == 200


def test_faults_strike_in_order_and_only_where_they_match(broken) -> None:
    _, client, path, break_it = broken
    break_it(kind="status", status=500, path="/invoices/", times=1)
    break_it(kind="status", status=502, path="/invoices/", method="GET", times=1)
    break_it(kind="status", status=418, method="POST")
    assert client.get(f"{API}/orgs").status_code == 200
    assert [client.get(path).status_code for _ in range(3)] == [500, 502, 200]


def test_a_truncated_body_arrives_in_a_sound_transfer(broken) -> None:
    """Length and compression are right; only the JSON ends too early."""
    _, client, path, break_it = broken
    whole = client.get(path)
    break_it(kind="truncate", times=1)
    cut = client.get(path)
    assert cut.headers["content-encoding"] == "gzip"
    assert cut.content == whole.content[: len(whole.content) // 2]
    with pytest.raises(json.JSONDecodeError):
        cut.json()


def test_a_cut_transfer_is_shorter_than_announced(broken) -> None:
    _, client, path, break_it = broken
    break_it(kind="truncate", cut_transfer=True, times=1)
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        client.get(path)
    assert client.get(path).status_code == 200


def test_a_reset_connection_answers_nothing(broken) -> None:
    sandbox, client, path, break_it = broken
    break_it(kind="reset", times=1)
    with pytest.raises(httpx.TransportError):
        client.get(path)
    log = sandbox.control("requests")
    assert [entry["status"] for entry in log if entry["path"] == path] == [None]


def test_wrong_content_is_a_cheerful_page(broken) -> None:
    _, client, path, break_it = broken
    break_it(kind="wrong_content", times=1)
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")


def test_a_delay_delays(broken) -> None:
    _, client, path, break_it = broken
    break_it(kind="delay", seconds=0.2, times=1)
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.2


def test_the_pending_invoice_can_come_bare(broken) -> None:
    """Two public clients read one bare object where the specification says a list."""
    sandbox, client, _, break_it = broken
    pending = f"{API}/orgs/{sandbox.org_id}/invoices/pending"
    listed = client.get(pending).json()["results"]
    break_it(kind="pending_shape")
    assert [client.get(pending).json()] == listed


def test_a_line_item_can_be_patched(broken) -> None:
    _, client, path, break_it = broken
    before = client.get(path).json()["lineItems"]
    break_it(kind="patch_line_item", patch={"sku": "SOMETHING_NEW", "totalPriceCents": 1})
    after = client.get(path).json()["lineItems"]
    assert after[0] == before[0] | {"sku": "SOMETHING_NEW", "totalPriceCents": 1}
    assert after[1:] == before[1:]


def test_faults_can_be_taken_back(broken) -> None:
    sandbox, client, path, break_it = broken
    break_it(kind="status")
    assert client.get(path).status_code == 500
    assert httpx.delete(f"{sandbox.base_url}/sandbox/faults").json() == []
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"kind": "explode"}, "unknown kind 'explode'"),
        ({"kind": "status", "code": 500}, "unknown field 'code'"),
        ({"path": "("}, "field 'kind' is missing"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(broken, fault: dict, message: str) -> None:
    answer = broken[3](**fault)
    assert answer.status_code == 400
    assert message in answer.json()["error"]


def test_the_log_knows_every_request(broken) -> None:
    """The challenge of the first request included."""
    sandbox, client, path, _ = broken
    address = f"{sandbox.base_url}/sandbox/requests"
    assert httpx.get(address).json()[0]["status"] == 401
    assert httpx.delete(address).json() == []
    client.get(path, params={"a": "b"})
    assert httpx.get(address).json() == [
        {"method": "GET", "path": path, "query": "a=b", "status": 200}
    ]


def test_a_slow_body_takes_its_time(broken) -> None:
    """The first bytes come at once, the last after the seconds asked for; it is whole."""
    _, client, path, break_it = broken
    whole = client.get(path).json()
    break_it(kind="slow_body", seconds=0.5, times=1)
    start = time.monotonic()
    with client.stream("GET", path) as answer:
        arrivals = [(time.monotonic() - start, piece) for piece in answer.iter_raw()]
    assert arrivals[0][0] < 0.25
    assert arrivals[-1][0] >= 0.4
    body = b"".join(piece for _, piece in arrivals)
    assert json.loads(gzip.decompress(body)) == whole


def test_a_truncated_gzip_is_as_long_as_announced(broken) -> None:
    """Only whoever unpacks it can tell."""
    _, client, path, break_it = broken
    break_it(kind="truncated_gzip", times=1)
    with client.stream("GET", path) as answer:
        body = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) == len(body)
    with pytest.raises(EOFError):
        gzip.decompress(body)
    assert client.get(path).status_code == 200


def test_a_length_that_is_too_large_is_never_reached(broken) -> None:
    _, client, path, break_it = broken
    break_it(kind="wrong_length", extra=50, times=1)
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        client.get(path)
    assert client.get(path).status_code == 200


def test_a_length_that_is_too_small_cuts_the_body(broken) -> None:
    _, client, path, break_it = broken
    headers = {"Accept-Encoding": "identity"}
    whole = client.get(path, headers=headers).content
    break_it(kind="wrong_length", extra=-50, times=1)
    assert client.get(path, headers=headers).content == whole[:-50]
    assert client.get(path, headers=headers).content == whole


@pytest.mark.parametrize(
    ("kind", "media_type", "start"),
    [
        ("invalid_json", "application/vnd.atlas.2023-01-01+json", '{"results": ['),
        ("html", "text/html", "<html>"),
        ("empty_body", "application/vnd.atlas.2023-01-01+json", ""),
    ],
)
def test_a_body_that_is_not_json(broken, kind: str, media_type: str, start: str) -> None:
    """Under a 200."""
    _, client, path, break_it = broken
    break_it(kind=kind, times=1)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, media_type)
    assert answer.text.startswith(start)
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert client.get(path).json()


def test_a_challenge_to_sign_in_does_not_spend_a_spoiling_fault(broken, signed_in) -> None:
    """A client that has not signed in yet meets it all the same."""
    sandbox, _, path, break_it = broken
    break_it(kind="empty_body", times=1)
    assert signed_in(sandbox).get(path).content == b""


def all_pages(client: httpx.Client, path: str) -> tuple[list[list[str]], list[int]]:
    """The ids on each page, following `next`, and the count each page gives."""
    pages, counts = [], []
    while path:
        body = client.get(path).json()
        pages.append([one["id"] for one in body["results"]])
        counts.append(body["totalCount"])
        path = next((link["href"] for link in body["links"] if link["rel"] == "next"), "")
    return pages, counts


@pytest.fixture
def listed(broken):
    """The projects' list, whose pages are small."""
    _, client, _, break_it = broken
    whole, _ = all_pages(client, f"{API}/groups")
    break_it(kind="page_size", size=2)
    return client, f"{API}/groups?itemsPerPage=500", whole[0], break_it


def test_pages_can_be_made_small(listed) -> None:
    client, path, ids, _ = listed
    pages, counts = all_pages(client, path)
    assert pages == [ids[at : at + 2] for at in range(0, len(ids), 2)]
    assert len(pages) > 1
    assert set(counts) == {len(ids)}


def test_a_page_can_come_twice(listed) -> None:
    """As it does when as many objects were added in front of it meanwhile; nothing is lost."""
    client, path, ids, break_it = listed
    break_it(kind="repeat_page")
    pages, _ = all_pages(client, path)
    assert pages[0] == pages[1] == ids[:2]
    assert [one for page in pages[1:] for one in page] == ids


def test_a_list_can_shrink_between_pages(listed) -> None:
    """The object that moves to the page before is seen on none."""
    client, path, ids, break_it = listed
    break_it(kind="shrink")
    pages, counts = all_pages(client, path)
    assert [one for page in pages for one in page] == ids[:2] + ids[3:]
    assert counts[-1] == counts[0] - 1


def test_the_date_can_be_off(broken) -> None:
    _, client, path, break_it = broken
    break_it(kind="clock_skew", hours=-5, times=1)
    for hours in (-5, 0):
        sent = parsedate_to_datetime(client.get(path).headers["date"])
        off = (sent - datetime.now(UTC)).total_seconds() - hours * 3600
        assert abs(off) < 60


def test_a_skewed_clock_can_turn_every_signature_away(broken) -> None:
    _, client, path, break_it = broken
    break_it(kind="clock_skew", refuse=True)
    answer = client.get(path)
    assert answer.status_code == 401
    assert "stale=true" in answer.headers["www-authenticate"]


def test_a_token_can_expire_after_some_requests(broken) -> None:
    """A new one starts from none."""
    sandbox, _, path, break_it = broken
    break_it(kind="expire_token", requests=2)
    for _ in range(2):
        token = httpx.post(
            f"{sandbox.base_url}/api/oauth/token",
            auth=(sandbox.client_id, sandbox.client_secret),
            data={"grant_type": "client_credentials"},
        ).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        answers = [httpx.get(sandbox.base_url + path, headers=headers) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 401, 401]


def test_a_nonce_can_be_good_for_one_request(broken) -> None:
    """Every further one is stale; a client that answers the new challenge gets through."""
    sandbox, client, path, break_it = broken
    break_it(kind="single_use_nonce")
    signed = [client.get(path).request.headers["authorization"] for _ in range(2)]
    assert signed[0] != signed[1]
    again = httpx.get(sandbox.base_url + path, headers={"Authorization": signed[1]})
    assert again.status_code == 401
    assert "stale=true" in again.headers["www-authenticate"]
    assert client.get(path).status_code == 200


def test_conditions_hold_beside_a_strike(broken) -> None:
    _, client, path, break_it = broken
    break_it(kind="clock_skew", hours=5)
    break_it(kind="status", status=503, times=1)
    answer = client.get(path)
    assert answer.status_code == 503
    assert parsedate_to_datetime(answer.headers["date"]) > datetime.now(UTC)
