"""Signing in: Digest with an API key, Bearer with a service account's token."""

import httpx
import pytest

API = "/api/atlas/v2"


def token(sandbox, client_id: str, client_secret: str) -> httpx.Response:
    return httpx.post(
        f"{sandbox.base_url}/api/oauth/token",
        auth=(client_id, client_secret),
        data={"grant_type": "client_credentials"},
    )


def bearer(sandbox, value: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {value}"}
    return httpx.get(f"{sandbox.base_url}{API}/orgs", headers=headers)


def test_a_key_signs_requests_with_and_without_a_query(client) -> None:
    assert client.get(f"{API}/orgs").status_code == 200
    assert client.get(f"{API}/orgs", params={"name": "meridian"}).status_code == 200


@pytest.mark.parametrize("wrong", ["public", "private"])
def test_a_wrong_key_gets_atlas_challenge(atlas, wrong: str) -> None:
    """The body and challenge that Atlas sends; it carries no errorCode."""
    keys = {"public": atlas.public_key, "private": atlas.private_key, wrong: "mistaken"}
    auth = httpx.DigestAuth(keys["public"], keys["private"])
    answer = httpx.get(f"{atlas.base_url}{API}/orgs", auth=auth)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Digest realm="MMS Public API"')
    assert answer.json() == {
        "detail": "You are not authorized for this resource.",
        "error": 401,
        "reason": "Unauthorized",
    }


def test_a_signature_is_good_for_its_own_address_only(atlas) -> None:
    """A replayed header must not open another door."""
    auth = httpx.DigestAuth(atlas.public_key, atlas.private_key)
    signed = httpx.get(f"{atlas.base_url}{API}/orgs", auth=auth).request.headers["authorization"]
    headers = {"Authorization": signed}
    assert httpx.get(f"{atlas.base_url}{API}/groups", headers=headers).status_code == 401


def test_a_nonce_must_be_ours(atlas) -> None:
    answer = httpx.get(f"{atlas.base_url}{API}/orgs", headers={"Authorization": 'Digest nonce="x"'})
    assert answer.status_code == 401
    assert "stale=true" in answer.headers["www-authenticate"]


def test_a_service_account_gets_a_token_that_works(atlas) -> None:
    answer = token(atlas, atlas.client_id, atlas.client_secret)
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 3600
    assert bearer(atlas, answer.json()["access_token"]).status_code == 200
    assert atlas.client_id.startswith("mdb_sa_id_")
    assert atlas.client_secret.startswith("mdb_sa_sk_")


def test_a_wrong_secret_gets_no_token(atlas) -> None:
    answer = token(atlas, atlas.client_id, "mdb_sa_sk_wrong")
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_only_client_credentials_are_granted(atlas) -> None:
    answer = httpx.post(
        f"{atlas.base_url}/api/oauth/token",
        auth=(atlas.client_id, atlas.client_secret),
        data={"grant_type": "password"},
    )
    assert answer.status_code == 400


def test_a_token_expires_by_the_sandbox_clock(fresh) -> None:
    """A day passes in no time, and the token with it."""
    sandbox = fresh()
    value = token(sandbox, sandbox.client_id, sandbox.client_secret).json()["access_token"]
    sandbox.control("clock", {"days": 1})
    answer = bearer(sandbox, value)
    assert answer.status_code == 401
    assert answer.json()["detail"] == "You are not authorized for this resource."


def test_the_status_names_the_key(client, atlas) -> None:
    assert client.get(API).json()["apiKey"]["publicKey"] == atlas.public_key


def test_a_key_cannot_read_the_linked_organization(client, invoices, atlas) -> None:
    """Its invoices are nested in the payer's; its own doors stay closed."""
    linked = next(one for one in invoices if one["orgId"] != atlas.org_id)
    group = next(line["groupId"] for line in linked["lineItems"] if "groupId" in line)
    for path in (
        f"/orgs/{linked['orgId']}",
        f"/orgs/{linked['orgId']}/invoices",
        f"/groups/{group}",
        f"/groups/{group}/clusters",
    ):
        assert client.get(API + path).status_code == 401
    assert [one["id"] for one in client.get(f"{API}/orgs").json()["results"]] == [atlas.org_id]


def test_a_service_account_gets_ten_tokens_a_minute(fresh) -> None:
    """Atlas's words: no Retry-After, and no word on when to come back but the window."""
    sandbox = fresh()
    for _ in range(10):
        assert token(sandbox, sandbox.client_id, sandbox.client_secret).status_code == 200
    limited = token(sandbox, sandbox.client_id, sandbox.client_secret)
    assert limited.status_code == 429
    assert "retry-after" not in limited.headers
    assert limited.json() == {
        "detail": "Resource /api/oauth/token is limited to 10 requests every 1 minutes.",
        "error": 429,
        "errorCode": "RATE_LIMITED",
        "parameters": ["/api/oauth/token", "10", "1"],
        "reason": "Too Many Requests",
    }
    other = token(sandbox, sandbox.linked_client_id, sandbox.linked_client_secret)
    assert other.status_code == 200
    sandbox.control("clock", {"days": 1})
    assert token(sandbox, sandbox.client_id, sandbox.client_secret).status_code == 200


def test_wrong_secrets_count_too(fresh) -> None:
    sandbox = fresh()
    answers = [token(sandbox, sandbox.client_id, "wrong").status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
