"""No action, whether it succeeds or fails, writes a secret down; nor a refresh after it."""

import json
import logging
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import httpx
import pytest

from orchestration import cli
from orchestration.actions.context import Waiting
from orchestration.actions.registry import ACTIONS
from sandbox.access.auth import Authenticator
from tests.actions.cases import CASES, PASSWORD, Stage
from tests.actions.conftest import provisioning_key
from tests.actions.running import QUICK, Key
from tests.e2e.conftest import change_defaults
from tests.e2e.haystack import found_below, found_in
from tests.forked_dbt import forked

READS = {
    "get_backup_info": (),
    "list_snapshots": (),
    "describe_snapshot": ("snapshot_id=latest",),
    "list_restore_jobs": (),
}
# One way to use each action.
ONCE = {each.action: each for each in reversed(CASES.values())}
WRONG_KEY = "0c5a1f9e-dead-4b0b-8bad-5ec2e7c0ffee"
USER_PASSWORD = "canary/pass+word ~of&a=user"
Run = Callable[..., str]


@pytest.fixture
def said() -> list[str]:
    """Everything that the command line said."""
    return []


@pytest.fixture
def told(said, capsys, monkeypatch) -> Run:
    """Runs the command line in this process, to this exit code; returns what it printed."""

    def run(code: int, *arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["atlas-costs", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        said.extend(printed)
        assert (ended.value.code or 0) == code, printed
        return printed.out

    return run


@pytest.fixture
def tokens(monkeypatch) -> dict[str, str]:
    """Bearer tokens that the sandbox gave out."""
    found: dict[str, str] = {}
    give = Authenticator.issue_token

    def issue_token(self, authorization):
        found[f"token {len(found)}"] = token = give(self, authorization)
        return token

    monkeypatch.setattr(Authenticator, "issue_token", issue_token)
    return found


@contextmanager
def signed_in(key: Key) -> Iterator[None]:
    """With this key for actions alone."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [each for each in os.environ if "PROVISIONING" in each]:
            patch.delenv(name)
        for name, value in key.variables.items():
            patch.setenv(name, value)
        yield


def arguments(values: dict) -> list[str]:
    given = {name: each for name, each in values.items() if each is not None}
    return [
        f"{name}={each if isinstance(each, str) else json.dumps(each)}"
        for name, each in given.items()
    ]


def download_addresses(stage: Stage) -> dict[str, str]:
    """Where the restores of a project can be fetched from, asked for as Atlas tells it."""
    sandbox = stage.sandbox
    sign = httpx.DigestAuth(sandbox.public_key, sandbox.private_key)
    accept = {"Accept": "application/vnd.atlas.2023-01-01+json"}
    path = f"/api/atlas/v2/groups/{stage.project}/clusters/one/backup/restoreJobs"
    answer = httpx.get(f"{sandbox.base_url}{path}", auth=sign, headers=accept)
    found = [url for job in answer.json()["results"] for url in job.get("deliveryUrl", [])]
    return {f"download {number}": each for number, each in enumerate(found)}


def account(sandbox) -> Key:
    name, secret = sandbox.provisioning_client_id, sandbox.provisioning_client_secret
    return Key(sandbox.base_url, sandbox.org_id, name, secret, is_account=True)


def test_every_action_is_run_here():
    tried = set(ONCE) | set(READS) | {"get_restore_status"}
    assert tried == set(ACTIONS) - {"apply_resources"}


@pytest.mark.built
@pytest.mark.parametrize("then", ["nothing", "refresh"])
def test_no_action_writes_a_secret_down(
    atlas, new_stage, told, said, tokens, tmp_path, monkeypatch, caplog, then
):
    caplog.set_level(logging.DEBUG, logger="atlas_costs")
    change_defaults(monkeypatch, Waiting, **asdict(QUICK))  # a deletion is waited for 20 s
    monkeypatch.setenv(PASSWORD, USER_PASSWORD)
    monkeypatch.setenv("ATLAS_COSTS_FOCUS_REPORTS", "false")

    def do(code: int, action: str, *values: str) -> str:
        return told(code, "do", action, *values, "--json")

    # with a key it succeeds, with a service account that lacks the role it fails
    for case in ONCE.values():
        failing, passing = (case.prepare(new_stage()) for _ in range(2))
        do(0, case.action, *arguments(passing), "--apply")
        roles_of(atlas, "ORG_READ_ONLY")
        with signed_in(account(atlas)):
            do(1, case.action, *arguments(failing), "--apply")
        roles_of(atlas, "ORG_OWNER")
    stage = new_stage()
    secrets = downloaded(stage, do)
    for action, more in READS.items():
        asked = (f"project={stage.project}", "cluster=one", *more)
        do(0, action, *asked)
        with signed_in(account(atlas)):
            do(0, action, *asked)
        wrong = provisioning_key(atlas)
        with signed_in(Key(wrong.base_url, wrong.org_id, wrong.name, WRONG_KEY)):
            do(1, action, *asked)
    if then == "refresh":
        refreshed(atlas, told, monkeypatch)

    assert {name.split()[0] for name in secrets | tokens} == {"download", "token"}
    secrets |= tokens | {
        "private key": atlas.provisioning_private_key,
        "wrong key": WRONG_KEY,
        "client secret": atlas.provisioning_client_secret,
        "password": USER_PASSWORD,
    }
    # the token in use is kept between commands, where only its owner may read it
    for kept in (tmp_path / "data" / "tokens").glob("*.json"):
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        kept.unlink()
    assert found_below(tmp_path, secrets) == {}
    assert found_in("\n".join(said).encode(), secrets) == set()
    assert found_in(caplog.text.encode(), secrets) == set()


def roles_of(atlas, role: str) -> None:
    atlas.control("keys", {"key": "provisioning", "roles": [role]})


def downloaded(stage: Stage, do: Run) -> dict[str, str]:
    """A restore to download, begun, asked about, listed; the address that Atlas gave out for it."""
    values = {**stage.snapshot(), "delivery_type": "download"}
    done = json.loads(do(0, "restore", *arguments(values), "--apply"))
    at = (f"project={stage.project}", "cluster=one")
    do(0, "get_restore_status", *at, f"job_id={done['atlas_ids']['restore_job_id']}")
    do(1, "get_restore_status", *at, "job_id=0123456789abcdef01234567")
    addresses = download_addresses(stage)
    assert len(addresses) == 1
    return addresses


def refreshed(atlas, told: Run, monkeypatch) -> None:
    """Raw tables and marts hold what was done."""
    for name in ("PUBLIC_KEY", "PRIVATE_KEY"):
        monkeypatch.setenv(f"MONGODB_ATLAS_{name}", getattr(atlas, name.lower()))
    with forked():
        told(0, "refresh")
    query = "select count(distinct action) as actions from marts.actions where applied"
    [counted] = json.loads(told(0, "sql", query, "--format", "json"))
    assert counted["actions"] == len(ONCE)
