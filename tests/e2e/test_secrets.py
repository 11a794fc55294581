"""No run, good or bad, writes a secret anywhere but where the user put it."""

import gzip
import logging
import re
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import httpx
import pytest

from sandbox.access.auth import Authenticator
from sandbox.bill.reports import Reports
from tests.e2e.conftest import control
from tests.e2e.haystack import found_below, found_in, spellings

WRONG_KEY = "0c5a1f9e-dead-4b0b-8bad-5ec2e7c0ffee"
RESTORES = re.compile(r"/clusters/[^/]+/backup/restoreJobs$")
SECRET = "9/canary+with~odd?letters&of=all kinds"
WRITERS: dict[str, Callable[[Path, str], object]] = {}


def writer(name: str) -> Callable[[Callable[[Path, str], object]], Callable[[Path, str], object]]:
    def keep(write: Callable[[Path, str], object]) -> Callable[[Path, str], object]:
        WRITERS[name] = write
        return write

    return keep


@writer("run.log")
def write_log(path: Path, text: str) -> None:
    path.write_text(f"before {text} after")


@writer("body.json.gz")
def write_gzip(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(f'{{"a": "{text}"}}'.encode()))


@writer("events.db")
def write_sqlite(path: Path, text: str) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("create table logs (event text)")
        # long enough that a page ends somewhere in it
        db.execute("insert into logs values (?)", ["x" * 4000 + text + "x" * 4000])


@writer("marts.duckdb")
def write_duckdb(path: Path, text: str) -> None:
    with duckdb.connect(str(path)) as db:
        db.execute("create table notes as select ? || i as note from range(5000) t(i)", [text])
        db.execute("checkpoint")


@pytest.mark.parametrize("name", WRITERS)
def test_the_search_finds_a_secret_in_every_spelling(name, tmp_path):
    write = WRITERS[name]
    for number, spelling in enumerate(sorted(spellings(SECRET))):
        (tmp_path / str(number)).mkdir()
        write(tmp_path / str(number) / name, f"tail{spelling.decode()}head")
    assert found_below(tmp_path, {"planted": SECRET}) == {
        f"{number}/{name}": {"planted"} for number in range(len(spellings(SECRET)))
    }


@pytest.mark.parametrize("before", ["", "i", "id", "id:"])
def test_the_search_finds_a_secret_inside_any_base64(before):
    import base64  # noqa: PLC0415

    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        assert found_in(encode(f"{before}{SECRET}:after".encode()), {"s": SECRET}) == {"s"}


def test_the_search_finds_nothing_where_nothing_is(tmp_path):
    write_log(tmp_path / "run.log", "canary")
    assert found_below(tmp_path, {"planted": SECRET}) == {}


@pytest.fixture
def issued(monkeypatch) -> dict[str, str]:
    """Bearer tokens and signatures of pre-signed addresses that the sandbox gave out."""
    found: dict[str, str] = {}
    give_token, give_address = Authenticator.issue_token, Reports.address

    def issue_token(self, authorization):
        token = give_token(self, authorization)
        found[f"token {len(found)}"] = token
        return token

    def address(self, report, base):
        url, expires = give_address(self, report, base)
        found[f"signature {len(found)}"] = url.partition("signature=")[2]
        found[f"address {len(found)}"] = url
        return url, expires

    monkeypatch.setattr(Authenticator, "issue_token", issue_token)
    monkeypatch.setattr(Reports, "address", address)
    return found


def download_addresses(sandbox) -> dict[str, str]:
    """Where restores can be fetched from, as Atlas told the refresh; asked for again."""
    paths = {
        each["path"]
        for each in control(sandbox, "requests")
        if RESTORES.search(each["path"]) and each["status"] == 200
    }
    sign = httpx.DigestAuth(sandbox.public_key, sandbox.private_key)
    accept = {"Accept": "application/vnd.atlas.2023-01-01+json"}
    with httpx.Client(base_url=sandbox.base_url, auth=sign, headers=accept) as client:
        jobs = [job for path in sorted(paths) for job in client.get(path).json()["results"]]
    addresses = [each for job in jobs for each in job.get("deliveryUrl", [])]
    return {f"restore {number}": each for number, each in enumerate(addresses)}


def test_no_run_writes_a_secret_down(world, sandbox, issued, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    env_file = tmp_path / "kept.env"
    monkeypatch.setenv("ATLAS_COSTS_ENV_FILE", str(env_file))
    key = sandbox.environment() | {"ATLAS_COSTS_FOCUS_REPORTS": "true"}
    place = {name: key[name] for name in key if not name.endswith("KEY")}
    account = {**place, "MONGODB_ATLAS_CLIENT_ID": sandbox.client_id}
    account["MONGODB_ATLAS_CLIENT_SECRET"] = sandbox.client_secret
    said = []

    def ran(code: int, *arguments: str, **variables: str) -> None:
        run = world.run(*arguments, **variables)
        assert run.code == code, run.said
        said.append(run.said)

    # an account reads all but a report, and builds; the key finds that report missing still
    expired = {"path": "^/presigned/", "kind": "status", "status": 403}
    control(sandbox, "faults", {"path": "^/presigned/", "kind": "reset", "times": 1})
    control(sandbox, "faults", expired | {"times": 6})
    ran(3, "refresh", **account)
    control(sandbox, "faults", expired)
    secrets = download_addresses(sandbox)
    assert secrets
    ran(3, "refresh", **key)
    wrong = {"MONGODB_ATLAS_PRIVATE_KEY": WRONG_KEY, "ATLAS_COSTS_DEBUG": "1"}
    ran(1, "refresh", **key | wrong)
    # an account's token is kept where only its owner reads it, and nowhere else
    [kept] = (tmp_path / "data" / "tokens").glob("*.json")
    assert set(found_below(kept.parent, issued)) == {kept.name}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.unlink()
    token_refused = {"path": "^/api/oauth/token", "kind": "status", "status": 401}
    control(sandbox, "faults", token_refused)
    ran(1, "refresh", **account, ATLAS_COSTS_DEBUG="1")
    ran(0, "check", "--json", **key)
    ran(2, "check", "--json", **account)
    flags = ["--org-id", sandbox.org_id, "--base-url", sandbox.base_url]
    flags += ["--public-key", sandbox.public_key]
    ran(0, "connect", *flags, "--private-key", sandbox.private_key, "--yes")
    ran(2, "connect", *flags, "--private-key", WRONG_KEY, "--yes")

    secrets |= issued
    assert {name.split()[0] for name in secrets} == {"restore", "token", "signature", "address"}
    secrets |= {
        "private key": sandbox.private_key,
        "wrong key": WRONG_KEY,
        "client secret": sandbox.client_secret,
    }
    assert found_below(tmp_path, {"key": sandbox.private_key}).pop("kept.env") == {"key"}
    env_file.unlink()
    assert found_below(tmp_path, secrets) == {}
    assert found_in("\n".join(said).encode(), secrets) == set()
    assert found_in(caplog.text.encode(), secrets) == set()
