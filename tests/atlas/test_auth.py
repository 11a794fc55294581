"""Both kinds of credentials, against the sandbox's real Digest and token endpoints."""

import json

import pytest
from pydantic import SecretStr

from orchestration.atlas.auth import ServiceAccountAuth, digest
from orchestration.atlas.client import AtlasClient
from orchestration.atlas.errors import MalformedAnswer, Unauthorized
from tests.servers import Scripted, serving


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
