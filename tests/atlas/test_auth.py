"""Both kinds of credentials, against the sandbox's real Digest and token endpoints."""

import json
import re

import httpx
import pytest
from pydantic import SecretStr

from orchestration.atlas.auth import ServiceAccountAuth, digest
from orchestration.atlas.client import AtlasClient, RetryPolicy
from orchestration.atlas.errors import AtlasError, ClockSkew, MalformedAnswer, Unauthorized
from orchestration.atlas.responses import error_from
from tests.servers import Scripted, serving

QUICK = RetryPolicy(attempts=2, initial_wait_s=0.01, jitter_s=0)


def organization(atlas: AtlasClient, org_id: str) -> str:
    return atlas.get(f"/orgs/{org_id}", version="2023-01-01", what="organization").document["id"]


def test_an_api_key_signs_with_digest_and_pays_the_challenge_once(sandbox):
    with AtlasClient(
        sandbox.base_url, digest(sandbox.public_key, SecretStr(sandbox.private_key))
    ) as atlas:
        for _ in range(3):
            assert organization(atlas, sandbox.org_id) == sandbox.org_id


def test_a_service_account_exchanges_its_secret_for_a_token(sandbox):
    auth = ServiceAccountAuth(sandbox.base_url, sandbox.client_id, SecretStr(sandbox.client_secret))
    with AtlasClient(sandbox.base_url, auth) as atlas:
        assert organization(atlas, sandbox.org_id) == sandbox.org_id


def test_a_wrong_key_is_unauthorized(sandbox):
    with (
        AtlasClient(sandbox.base_url, digest(sandbox.public_key, SecretStr("wrong"))) as atlas,
        pytest.raises(Unauthorized, match="401"),
    ):
        organization(atlas, sandbox.org_id)


def test_a_wrong_client_secret_is_unauthorized_and_not_repeated(sandbox):
    auth = ServiceAccountAuth(sandbox.base_url, sandbox.client_id, SecretStr("canary-secret"))
    with AtlasClient(sandbox.base_url, auth) as atlas, pytest.raises(Unauthorized) as raised:
        organization(atlas, sandbox.org_id)
    assert "canary-secret" not in str(raised.value)


def token(value: str, lifetime: int = 3600) -> Scripted:
    return Scripted(body=json.dumps({"access_token": value, "expires_in": lifetime}).encode())


def test_a_token_that_ended_early_is_renewed_once():
    answers = [token("a"), Scripted(401), token("b"), Scripted(body=b'{"id": "o"}')]
    with serving(*answers) as server:
        auth = ServiceAccountAuth(server.url, "mdb_sa_id_x", SecretStr("s"))
        with AtlasClient(server.url, auth) as atlas:
            assert organization(atlas, "o") == "o"
    sent = [headers.get("Authorization", "") for _, headers in server.requests]
    assert [each.split()[0] for each in sent] == ["Basic", "Bearer", "Basic", "Bearer"]
    assert sent[3] == "Bearer b"


def test_a_token_about_to_end_is_renewed_before_it_does():
    with serving(
        token("a", lifetime=30),
        Scripted(body=b'{"id": "o"}'),
        token("b"),
        Scripted(body=b'{"id": "o"}'),
    ) as server:
        auth = ServiceAccountAuth(server.url, "mdb_sa_id_x", SecretStr("s"))
        with AtlasClient(server.url, auth) as atlas:
            organization(atlas, "o")
            organization(atlas, "o")
    assert [path for path, _ in server.requests].count("/api/oauth/token") == 2


def test_a_token_answer_without_a_token_is_malformed():
    with serving(Scripted(body=b'{"nothing": 1}')) as server:
        auth = ServiceAccountAuth(server.url, "mdb_sa_id_x", SecretStr("s"))
        with AtlasClient(server.url, auth) as atlas, pytest.raises(MalformedAnswer):
            organization(atlas, "o")


def challenge(nonce: str, *, stale: bool) -> Scripted:
    said = f'Digest realm="r", nonce="{nonce}", qop="auth", stale={str(stale).lower()}'
    return Scripted(401, b'{"error": 401}', {"WWW-Authenticate": said})


def signed_nonces(server) -> list[str | None]:
    sent = [headers.get("Authorization", "") for _, headers in server.requests]
    found = [re.search(r'nonce="(\w+)"', each) for each in sent]
    return [each and each[1] for each in found]


def by_key(url: str, **options) -> AtlasClient:
    return AtlasClient(url, digest("pub", SecretStr("priv")), **options)


def test_a_nonce_that_is_stale_when_it_arrives_is_answered_once_more():
    answers = [challenge("a", stale=False), challenge("b", stale=True), Scripted(body=b'{"id": 1}')]
    with serving(*answers) as server, by_key(server.url) as atlas:
        assert organization(atlas, "o") == 1
        assert organization(atlas, "o") == 1
        assert atlas.requests == 4
    assert signed_nonces(server) == [None, "a", "b", "b"]


def test_a_nonce_that_is_always_stale_is_not_answered_for_ever():
    with serving(challenge("a", stale=True)) as server, by_key(server.url) as atlas:
        with pytest.raises(Unauthorized):
            organization(atlas, "o")
        assert len(server.requests) == 3


def test_a_wrong_key_is_not_tried_again():
    with serving(challenge("a", stale=False)) as server, by_key(server.url) as atlas:
        with pytest.raises(Unauthorized):
            organization(atlas, "o")
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    "said", ['Digest realm="r"', 'Digest realm="r", nonce="n", algorithm=X', "Digest r", "Basic"]
)
def test_a_challenge_that_cannot_be_answered_is_one_sentence(said):
    odd = Scripted(401, b"{}", {"WWW-Authenticate": said})
    with serving(odd) as server, by_key(server.url, retries=QUICK) as atlas:
        with pytest.raises(AtlasError, match=r"^(organization|API key): .*\.$"):
            organization(atlas, "o")


def test_a_server_that_takes_each_nonce_once_is_served_all_the_same(sandbox):
    sandbox.control("faults", {"path": "", "kind": "single_use_nonce"})
    key = digest(sandbox.public_key, SecretStr(sandbox.private_key))
    with AtlasClient(sandbox.base_url, key) as atlas:
        for _ in range(3):
            assert organization(atlas, sandbox.org_id) == sandbox.org_id
        assert atlas.requests == 2 * 3


def test_a_token_that_ends_in_the_middle_of_a_run_is_renewed(sandbox):
    sandbox.control("faults", {"path": "", "kind": "expire_token", "requests": 2})
    account = ServiceAccountAuth(
        sandbox.base_url, sandbox.client_id, SecretStr(sandbox.client_secret)
    )
    with AtlasClient(sandbox.base_url, account) as atlas:
        for _ in range(5):
            assert organization(atlas, sandbox.org_id) == sandbox.org_id


def test_a_clock_that_is_off_is_named_as_the_reason(sandbox):
    sandbox.control("faults", {"path": "", "kind": "clock_skew", "hours": 3, "refuse": True})
    key = digest(sandbox.public_key, SecretStr(sandbox.private_key))
    account = ServiceAccountAuth(
        sandbox.base_url, sandbox.client_id, SecretStr(sandbox.client_secret)
    )
    for auth in (key, account):
        with AtlasClient(sandbox.base_url, auth) as atlas, pytest.raises(ClockSkew) as raised:
            organization(atlas, sandbox.org_id)
        assert "clock is 180 minutes behind Atlas's" in str(raised.value)


def test_a_secret_that_atlas_does_not_know_may_have_expired():
    refused = Scripted(401, b'{"error": "invalid_client"}')
    with serving(refused) as server:
        auth = ServiceAccountAuth(server.url, "mdb_sa_id_x", SecretStr("canary"))
        with AtlasClient(server.url, auth) as atlas, pytest.raises(Unauthorized) as raised:
            organization(atlas, "o")
        assert len(server.requests) == 1
    assert raised.value.cause == "bad key"
    assert "may have expired" in str(raised.value)
    assert "atlas-costs connect" in str(raised.value)


@pytest.mark.parametrize(
    ("answer", "cause", "tries"),
    [
        (Scripted(503), "unreachable", 2),
        (Scripted(429, headers={"Retry-After": "900"}), "rate limited", 1),
        (Scripted(403, b'{"errorCode": "IP_ADDRESS_NOT_ON_ACCESS_LIST"}'), "IP not allowed", 1),
        (Scripted(body=b"<html></html>"), "malformed", 2),
        (Scripted(hang_up=True), "unreachable", 2),
    ],
)
def test_a_token_that_cannot_be_asked_for_is_not_a_bad_key(answer, cause, tries):
    with serving(answer) as server:
        auth = ServiceAccountAuth(server.url, "mdb_sa_id_x", SecretStr("s"))
        with AtlasClient(server.url, auth, retries=QUICK) as atlas:
            with pytest.raises(AtlasError) as raised:
                organization(atlas, "o")
            assert atlas.requests == len(server.requests) == tries
    assert raised.value.cause == cause


def test_requests_are_counted_with_challenges_and_tokens():
    answers = [challenge("a", stale=False), Scripted(body=b'{"id": 1}')]
    with serving(*answers) as server, by_key(server.url) as atlas:
        organization(atlas, "o")
        assert atlas.requests == len(server.requests) == 2
    with serving(token("a"), Scripted(body=b'{"id": 1}')) as server:
        auth = ServiceAccountAuth(server.url, "mdb_sa_id_x", SecretStr("s"))
        with AtlasClient(server.url, auth) as atlas:
            organization(atlas, "o")
            assert atlas.requests == len(server.requests) == 2


def test_a_token_is_not_waited_for_for_ever():
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"access_token": "a", "id": "o"})

    auth = ServiceAccountAuth("http://atlas.invalid", "mdb_sa_id_x", SecretStr("s"))
    transport = httpx.MockTransport(answer)
    with AtlasClient("http://atlas.invalid", auth, transport=transport) as atlas:
        organization(atlas, "o")
    assert seen[0].url.path == "/api/oauth/token"
    assert all(each.extensions["timeout"]["read"] for each in seen)


def test_too_many_tokens_are_waited_for_as_long_as_the_window():
    limited = {
        "detail": "Resource /api/oauth/token is limited to 10 requests every 1 minutes.",
        "error": 429,
        "errorCode": "RATE_LIMITED",
    }
    error = error_from(429, json.dumps(limited).encode(), {}, "service account")
    assert (error.cause, error.retry_after) == ("rate limited", 60)
