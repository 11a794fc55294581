"""A certificate authority of a company's own, with a real TLS server behind it."""

import shutil
import ssl
import subprocess
from contextlib import nullcontext
from pathlib import Path

import httpx
import pytest
import trustme
from pydantic import SecretStr

from orchestration.atlas.auth import ServiceAccountAuth, digest
from orchestration.atlas.client import AtlasClient, RetryPolicy
from orchestration.atlas.clock import clock_warning
from orchestration.atlas.errors import Untrusted
from orchestration.atlas.trust import trusting
from orchestration.config.connections import ApiKey, Connection, Machine, SettingsError
from orchestration.extraction.clients import new_client
from orchestration.permissions.report import examine
from orchestration.settings import HOME, load_settings
from tests.servers import Scripted, serving

VERSION = "2023-01-01"
QUICK = RetryPolicy(attempts=3, initial_wait_s=0.01, jitter_s=0)
LONG_AGO = {"Date": "Thu, 01 Jan 2026 00:00:00 GMT"}
TOKEN = Scripted(body=b'{"access_token": "a", "results": []}', headers=LONG_AGO)


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> tuple[Path, ssl.SSLContext]:
    """The authority's certificate in a file, and a server context that it vouches for."""
    own = trustme.CA()
    file = tmp_path_factory.mktemp("authority") / "company.pem"
    own.cert_pem.write_to_path(file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.issue_cert("localhost").configure_cert(context)
    return file, context


class Sink:
    def write(self, _: bytes) -> None:
        return None


def asked(server, trust: ssl.SSLContext | None, kind: str) -> None:
    """Every kind of request there is: with a key, for a token, for a file elsewhere."""
    auth: httpx.Auth = digest("pub", SecretStr("priv"))
    if kind == "token":
        auth = ServiceAccountAuth(server.url, "mdb_sa_id_x", SecretStr("s"))
    with AtlasClient(server.url, auth, retries=QUICK, trust=trust) as atlas:
        if kind == "file":
            url = SecretStr(f"{server.url}/report?signature=canary")
            atlas.download_presigned(url, lambda _: nullcontext(Sink()), "FOCUS report")
        else:
            atlas.get("/x", version=VERSION, what="organization")


@pytest.mark.parametrize("kind", ["key", "token", "file"])
def test_every_client_honours_the_authority_and_names_its_absence(authority, kind):
    file, tls = authority
    with serving(TOKEN, tls=tls) as server:
        asked(server, trusting(file), kind)
        served = len(server.requests)
        with pytest.raises(Untrusted, match=r"its certificate is not trusted: .*issuer") as raised:
            asked(server, None, kind)
        assert len(server.requests) == served
    assert raised.value.cause == "not trusted"
    assert "SSL_CERT_FILE" in raised.value.remedy
    assert "canary" not in str(raised.value)
    assert not raised.value.was_sent


def test_a_name_that_the_certificate_has_not_is_not_trusted_either(authority):
    file, tls = authority
    with serving(TOKEN, tls=tls) as server:
        server.url = server.url.replace("localhost", "127.0.0.1")
        with pytest.raises(Untrusted, match="IP address mismatch"):
            asked(server, trusting(file), "key")


def test_a_folder_of_authorities_is_honoured(authority, tmp_path):
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("openssl, which names certificates by hash, is not installed")
    file, tls = authority
    hashed = subprocess.run(
        [openssl, "x509", "-hash", "-noout", "-in", file], capture_output=True, check=True
    )
    shutil.copy(file, tmp_path / f"{hashed.stdout.decode().strip()}.0")
    with serving(TOKEN, tls=tls) as server:
        asked(server, trusting(None, tmp_path), "key")
        asked(server, trusting(None, Path(f"/nowhere:{tmp_path}")), "key")
        assert len(server.requests) == 2


@pytest.mark.parametrize("where", ["environment", ".env"])
def test_it_is_set_in_the_environment_or_in_env(where, clean_environment, monkeypatch, tmp_path):
    variables = {
        "SSL_CERT_FILE": "/etc/company.pem",
        "SSL_CERT_DIR": "certificates",
        "MONGODB_ATLAS_ORG_ID": "5" * 24,
        "MONGODB_ATLAS_PUBLIC_KEY": "p",
        "MONGODB_ATLAS_PRIVATE_KEY": "q",
    }
    for name in variables:
        monkeypatch.delenv(name, raising=False)
    if where == ".env":
        env = tmp_path / ".env"
        env.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
        monkeypatch.setenv("ATLAS_COSTS_ENV_FILE", str(env))
    else:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
    settings = load_settings()
    [connection] = settings.connections()
    for each in (connection, *settings.connections_for_actions()):
        assert each.machine.cert_file == Path("/etc/company.pem")
        assert each.machine.cert_dir == HOME / "certificates"
        assert each.machine.tokens_dir == settings.data_dir / "tokens"


def test_public_authorities_stay_trusted(authority):
    file, _ = authority
    public = {each["serialNumber"] for each in trusting().get_ca_certs()}
    assert len(public) > 50
    assert public < {each["serialNumber"] for each in trusting(file).get_ca_certs()}


def test_what_holds_no_certificates_is_named(tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    key = ApiKey("p", SecretStr("q"))
    for machine, said in {
        Machine(cert_file=empty): f"SSL_CERT_FILE: {empty} holds no certificates in PEM.",
        Machine(cert_file=tmp_path / "x"): "No such file",
        Machine(cert_dir=tmp_path / "x"): f"SSL_CERT_DIR: there is no folder {tmp_path / 'x'}.",
    }.items():
        connection = Connection("x", "5" * 24, "https://localhost", key, machine=machine)
        with pytest.raises(SettingsError, match="^SSL_CERT_") as raised:
            new_client(connection, key)
        assert said in str(raised.value)


def test_check_names_the_authority_and_asks_the_time_with_it(authority):
    file, tls = authority
    key = ApiKey("p", SecretStr("q"))
    with serving(TOKEN, tls=tls) as server:
        unknown = Connection("x", "5" * 24, server.url, key)
        report = examine(unknown, None)
        assert {each.status for each in report.cells} == {"not trusted", "not configured"}
        assert "not trusted: unable to get local issuer" in report.cells[0].detail
        assert "SSL_CERT_FILE" in report.cells[0].fix
        assert report.cells[0].section == "docs/connect.md#not-trusted"
        assert server.requests == []
        known = Connection("x", "5" * 24, server.url, key, machine=Machine(cert_file=file))
        report = examine(known, None)
        assert report.costs_readable
        assert "minutes fast by Atlas's" in report.warnings[-1]


def test_a_clock_that_nobody_tells_is_no_warning():
    with AtlasClient("http://127.0.0.1:9", httpx.Auth(), retries=QUICK) as atlas:
        assert clock_warning(atlas) is None
