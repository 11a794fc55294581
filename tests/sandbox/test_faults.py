"""Faults on demand: each does what it says, as often as it was asked to."""

import json

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
