"""Access tokens between commands: few, secret, and gone when they are refused."""

import json
import os
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from pydantic import SecretStr

import sandbox as sandbox_package
from orchestration.atlas.auth import Token
from orchestration.atlas.client import RetryPolicy
from orchestration.atlas.errors import AtlasError, Unauthorized
from orchestration.config.connections import ApiKey, Connection, Machine, ServiceAccount
from orchestration.extraction.clients import new_client
from orchestration.extraction.tokens import OLD_S, KeptToken
from orchestration.permissions.report import examine
from orchestration.settings import load_settings
from tests.servers import Scripted, serving

QUICK = RetryPolicy(attempts=1)
ACCOUNT = ServiceAccount("mdb_sa_id_x", SecretStr("canary-secret"))
FINE = Scripted(body=b'{"id": "o"}')


def token(value: str, lifetime: int = 3600) -> Scripted:
    return Scripted(body=json.dumps({"access_token": value, "expires_in": lifetime}).encode())


def place(server, folder, account=ACCOUNT, **machine) -> Connection:
    machine = Machine(tokens_dir=folder, **machine)
    return Connection("x", "5" * 24, server.url, account, machine=machine)


def ask(connection: Connection) -> None:
    """What a command does: a client of its own, and one question."""
    with new_client(connection, connection.usable_credentials(), retries=QUICK) as client:
        client.get("/x", version="2023-01-01", what="organization")


def sent(server) -> list[str]:
    return [headers["Authorization"].split()[0] for _, headers in server.requests]


def aged(folder, seconds: float) -> None:
    """Make the one token kept so much older."""
    [file] = folder.glob("*.json")
    kept = json.loads(file.read_text())
    kept["made_at"] -= seconds
    kept["ends_at"] -= seconds
    file.write_text(json.dumps(kept))


def test_commands_share_one_token_that_only_its_owner_can_read(tmp_path):
    folder = tmp_path / "tokens"
    with serving(token("canary-token"), FINE) as server:
        for _ in range(3):
            ask(place(server, folder))
    assert sent(server) == ["Basic", "Bearer", "Bearer", "Bearer"]
    [file] = folder.glob("*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "canary-secret" not in file.read_text() + file.name
    assert "canary" not in repr(KeptToken(file).read())


def test_ten_workers_of_one_run_ask_for_one_token(tmp_path):
    with serving(replace(token("a"), drip_s=0.005), FINE) as server:
        with ThreadPoolExecutor(10) as pool:
            list(pool.map(lambda _: ask(place(server, tmp_path)), range(10)))
    assert sorted(sent(server)) == ["Basic"] + 10 * ["Bearer"]


def test_another_secret_address_or_account_has_a_token_of_its_own(tmp_path):
    others = [
        ServiceAccount("mdb_sa_id_x", SecretStr("another")),
        ServiceAccount("mdb_sa_id_y", ACCOUNT.client_secret),
    ]
    with serving(token("a"), FINE, token("b"), FINE, token("c"), FINE) as server:
        for account in (ACCOUNT, *others):
            ask(place(server, tmp_path, account))
    assert sent(server) == 3 * ["Basic", "Bearer"]
    with serving(token("d"), FINE) as elsewhere:
        ask(place(elsewhere, tmp_path))
    assert sent(elsewhere) == ["Basic", "Bearer"]


@pytest.mark.parametrize("age", [3541, 9000, -60], ids=["59 s left", "over", "of the future"])
def test_a_token_that_ends_within_a_minute_is_not_used(tmp_path, age):
    with serving(token("a"), FINE, token("b"), FINE) as server:
        ask(place(server, tmp_path))
        aged(tmp_path, age)
        ask(place(server, tmp_path))
    assert sent(server) == ["Basic", "Bearer", "Basic", "Bearer"]


def test_a_kept_token_that_is_refused_is_dropped_and_renewed_once(tmp_path):
    refused = Scripted(401, b'{"error": 401}')
    with serving(token("a"), FINE, refused, token("b"), FINE) as server:
        ask(place(server, tmp_path))
        ask(place(server, tmp_path))
        ask(place(server, tmp_path))
    assert sent(server) == ["Basic", "Bearer", "Bearer", "Basic", "Bearer", "Bearer"]
    unknown = Scripted(401, b'{"error": "invalid_client"}')
    with serving(token("a"), refused, unknown) as server:
        with pytest.raises(Unauthorized):
            ask(place(server, tmp_path))
        assert KeptToken.of(tmp_path, server.url, ACCOUNT).read() is None


def test_a_missing_role_does_not_cost_a_token_at_each_question(tmp_path):
    """Atlas answers 401 with an errorCode; seven such endpoints of `check` took eight tokens."""
    missing = Scripted(401, b'{"error": 401, "errorCode": "USER_UNAUTHORIZED"}')
    with serving(token("a"), missing) as server:
        for _ in range(4):
            with pytest.raises(AtlasError):
                ask(place(server, tmp_path))
    assert sent(server).count("Basic") == 1
    with serving(token("a"), FINE, missing, token("b"), missing) as server:
        ask(place(server, tmp_path / "old"))
        aged(tmp_path / "old", 120)  # it may have been revoked: worth one new token
        for _ in range(3):
            with pytest.raises(AtlasError):
                ask(place(server, tmp_path / "old"))
    assert sent(server).count("Basic") == 2


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"access_token": 1}', "\x00", "[" * 99999])
def test_a_damaged_file_is_no_token(tmp_path, content):
    file = KeptToken.of(tmp_path, "http://x", ACCOUNT).file
    file.write_text(content)
    file.chmod(0o600)
    assert KeptToken(file).read() is None


def test_a_file_that_others_can_read_is_not_used(tmp_path):
    kept = KeptToken.of(tmp_path, "http://x", ACCOUNT)
    kept.keep(Token(SecretStr("a"), time.time(), time.time() + 3600))
    assert kept.read() is not None
    kept.file.chmod(0o644)
    assert kept.read() is None


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path):
    (tmp_path / "tokens").write_text("a file in its place")
    with serving(token("a"), FINE) as server:
        ask(place(server, tmp_path / "tokens"))
    assert sent(server) == ["Basic", "Bearer"]


def test_tokens_of_accounts_that_are_no_longer_used_go(tmp_path):
    for name in ("old.json", "old.lock"):
        (tmp_path / name).write_text("{}")
        os.utime(tmp_path / name, (time.time() - OLD_S - 60,) * 2)
    with serving(token("a"), FINE) as server:
        ask(place(server, tmp_path))
    assert not list(tmp_path.glob("old.*"))


def test_an_api_key_keeps_nothing(tmp_path):
    with serving(FINE) as server:
        ask(place(server, tmp_path / "tokens", ApiKey("pub", SecretStr("priv"))))
    assert not (tmp_path / "tokens").exists()


def account(sandbox, kind: str = "") -> ServiceAccount:
    secret = SecretStr(getattr(sandbox, f"{kind}client_secret"))
    return ServiceAccount(getattr(sandbox, f"{kind}client_id"), secret)


def tokens_asked_for(sandbox) -> int:
    return [each["path"] for each in sandbox.control("requests")].count("/api/oauth/token")


def test_a_dozen_commands_in_a_minute_stay_within_atlas_limit(
    tmp_path, clean_environment, monkeypatch
):
    with sandbox_package.running(seed=7, months=1) as sandbox:
        for name, value in {
            "ATLAS_COSTS_DATA_DIR": str(tmp_path),
            "ATLAS_COSTS_ENV_FILE": "",
            "MONGODB_ATLAS_BASE_URL": sandbox.base_url,
            "MONGODB_ATLAS_ORG_ID": sandbox.org_id,
            "MONGODB_ATLAS_CLIENT_ID": sandbox.client_id,
            "MONGODB_ATLAS_CLIENT_SECRET": sandbox.client_secret,
        }.items():
            monkeypatch.setenv(name, value)
        for _ in range(12):
            [connection] = load_settings().connections()
            with new_client(connection, connection.usable_credentials(), retries=QUICK) as client:
                client.get("/orgs", version="2023-01-01", what="organizations")
        assert tokens_asked_for(sandbox) == 1


def test_check_tries_the_secret_itself_with_one_token_for_each_account(tmp_path):
    """Six organizations share the account for actions, and many a role is missing."""
    with sandbox_package.running(seed=7, months=1) as sandbox:
        sandbox.control("keys", {"roles": ["ORG_MEMBER"]})
        place = Connection(
            "x",
            sandbox.org_id,
            sandbox.base_url,
            account(sandbox),
            machine=Machine(tokens_dir=tmp_path),
        )
        began = time.time()
        for _ in range(6):
            report = examine(place, account(sandbox, "provisioning_"), tokens_from=began)
            assert "rate limited" not in {each.status for each in report.cells}
        assert tokens_asked_for(sandbox) == 2
        examine(place, None)
        assert tokens_asked_for(sandbox) == 3
