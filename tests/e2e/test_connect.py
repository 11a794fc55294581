"""`atlas-costs connect` and `check` as a user runs them, against the sandbox."""

import io
import json
import os
import pty
import select
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values

from orchestration.permissions.capabilities import ACTIONS, READS
from tests.conftest import ROOT
from tests.e2e.conftest import control

AT_A_TERMINAL = """
import fcntl, os, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from orchestration.cli import main
main()
"""


@pytest.fixture
def home(world, tmp_path, monkeypatch) -> Path:
    """Where .env and config/ are written."""
    monkeypatch.setenv("ATLAS_COSTS_ENV_FILE", str(tmp_path / ".env"))
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture
def key(sandbox) -> list[str]:
    """The flags of the sandbox's API key, and its address."""
    return [
        "connect",
        *("--base-url", sandbox.base_url),
        *("--org-id", sandbox.org_id),
        *("--public-key", sandbox.public_key),
    ]


def provisioning(sandbox) -> dict[str, str]:
    return {
        "MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY": sandbox.public_key,
        "MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY": sandbox.private_key,
    }


def cells(run) -> dict[str, dict[str, str]]:
    [connection] = json.loads(run.out)["connections"]
    return {each["capability"]: each for each in connection["cells"]}


def test_the_matrix_has_a_row_for_each_capability_and_fits_a_hundred_columns(world, sandbox):
    run = world.run("check", **sandbox.environment())
    assert run.code == 0
    assert f"default: costs can be read (4 invoices of organization {sandbox.org_id})" in run.out
    for capability in (*READS, *ACTIONS):
        assert any(line.startswith(capability.name) for line in run.out.splitlines())
    table = run.out[run.out.index("capability") :].split("\n\n", maxsplit=1)[0]
    assert max(map(len, table.splitlines())) <= 100


def test_the_document_says_the_same(world, sandbox):
    run = world.run("check", "--json", **sandbox.environment())
    [connection] = json.loads(run.out)["connections"]
    assert (connection["name"], connection["org_id"]) == ("default", sandbox.org_id)
    assert connection["costs_readable"] is True
    assert [each["capability"] for each in connection["cells"]] == [
        each.name for each in (*READS, *ACTIONS)
    ]
    found = cells(run)
    for name in ("invoices", "organization", "projects", "clusters", "flex clusters", "skus"):
        assert found[name]["status"] == "ok", name
    assert {found[each.name]["status"] for each in ACTIONS} == {"not configured"}


def test_a_check_changes_nothing_in_atlas(world, sandbox):
    world.run("check", **sandbox.environment(), **provisioning(sandbox))
    asked = control(sandbox, "requests")
    assert {each["method"] for each in asked} == {"GET"}


@pytest.mark.parametrize(
    ("wrong", "cause", "section"),
    [
        ({"MONGODB_ATLAS_PRIVATE_KEY": "canary"}, "bad key", "#bad-key"),
        ({"MONGODB_ATLAS_ORG_ID": "5" * 24}, "wrong org", "#wrong-org"),
    ],
)
def test_a_key_that_is_wrong_as_a_whole_is_asked_about_once(world, sandbox, wrong, cause, section):
    run = world.run("check", "--json", **sandbox.environment() | wrong)
    assert run.code == 2
    assert "canary" not in run.said
    found = cells(run)
    assert {found[each.name]["status"] for each in READS} == {cause}
    assert all(found[each.name]["section"].endswith(section) for each in READS)
    invoices = [each for each in control(sandbox, "requests") if each["path"].endswith("/invoices")]
    others = [each for each in control(sandbox, "requests") if "/groups" in each["path"]]
    assert invoices
    assert not others


def test_a_wrong_organization_is_told_which_one_the_key_belongs_to(world, sandbox):
    run = world.run("check", **sandbox.environment() | {"MONGODB_ATLAS_ORG_ID": "5" * 24})
    assert f"This key belongs to organization {sandbox.org_id}" in run.out


def test_a_rate_limit_is_that_capabilitys_alone(world, sandbox):
    fault = {"path": "/flexClusters$", "kind": "status", "status": 429, "retry_after": 60}
    control(sandbox, "faults", fault | {"times": 99})
    run = world.run("check", "--json", **sandbox.environment())
    assert run.code == 0
    assert cells(run)["flex clusters"]["status"] == "rate limited"
    assert cells(run)["clusters"]["status"] == "ok"


def test_one_connection_that_fails_is_named_beside_one_that_works(world, sandbox, home):
    (home / "config").mkdir()
    (home / "config/connections.yaml").write_text(
        f"connections:\n  - name: absent\n    org_id: {'5' * 24}\n"
        "    public_key_env: ABSENT_PUBLIC_KEY\n    private_key_env: ABSENT_PRIVATE_KEY\n"
    )
    run = world.run("check", **sandbox.environment())
    assert run.code == 2
    assert "absent: costs cannot be read. ABSENT_PUBLIC_KEY and ABSENT_PRIVATE_KEY" in run.out
    assert "default: costs can be read" in run.out


def test_half_a_key_for_actions_does_not_hide_the_costs(world, sandbox):
    half = {"MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY": "canary"}
    run = world.run("check", "--json", **sandbox.environment(), **half)
    assert run.code == 0
    assert "MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY" in cells(run)["backups"]["detail"]
    assert "canary" not in run.said


def test_connecting_writes_the_env_file_and_then_check_works(world, sandbox, home, key):
    (home / ".env").write_text("# mine\nATLAS_COSTS_RESTATEMENT_MONTHS=5\n")
    run = world.run(*key, "--private-key", sandbox.private_key, "--yes")
    assert run.code == 0
    assert sandbox.private_key not in run.said
    env = home / ".env"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert env.read_text().startswith("# mine\nATLAS_COSTS_RESTATEMENT_MONTHS=5\n")
    assert dotenv_values(env)["MONGODB_ATLAS_ORG_ID"] == sandbox.org_id
    assert world.run("check").code == 0


def test_the_secret_can_come_from_standard_input(world, sandbox, home, key, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{sandbox.private_key}\n"))
    run = world.run(*key, "--yes")
    assert run.code == 0
    assert dotenv_values(home / ".env")["MONGODB_ATLAS_PRIVATE_KEY"] == sandbox.private_key
    assert sandbox.private_key not in run.said


def test_a_secret_typed_at_a_terminal_is_not_shown(world, sandbox, home, key):
    """At a pseudo-terminal of its own, because pytest's input is none."""
    main, other = pty.openpty()
    command = [sys.executable, "-c", AT_A_TERMINAL, *key]
    process = subprocess.Popen(command, stdin=other, stdout=other, stderr=other, cwd=ROOT)
    os.close(other)
    try:
        # the blank comes last, once what is typed is no longer shown
        shown = said_until(main, "client secret: ")
        os.write(main, f"{sandbox.private_key}\n".encode())
        shown += said_until(main, "Write to")
        os.write(main, b"y\n")
        shown += said_until(main, "only you can read")
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(main)
    assert sandbox.private_key not in shown
    assert dotenv_values(home / ".env")["MONGODB_ATLAS_PRIVATE_KEY"] == sandbox.private_key


def said_until(terminal: int, needle: str) -> str:
    said = ""
    while needle not in said:
        ready, _, _ = select.select([terminal], [], [], 30)
        assert ready, f"no {needle!r} after {said!r}"
        said += os.read(terminal, 65536).decode()
    return said


def test_a_service_account_takes_the_place_of_a_key(world, sandbox, home, key):
    world.run(*key, "--private-key", sandbox.private_key, "--yes")
    account = ("--client-id", sandbox.client_id, "--client-secret", sandbox.client_secret)
    run = world.run(*key[:-2], *account, "--yes")
    assert run.code == 0
    assert sandbox.client_secret not in run.said
    written = dotenv_values(home / ".env")
    assert written["MONGODB_ATLAS_CLIENT_ID"] == sandbox.client_id
    assert "MONGODB_ATLAS_PUBLIC_KEY" not in written
    assert world.run("check").code == 0


def test_what_cannot_read_costs_is_not_written(world, sandbox, home, key):
    run = world.run(*key, "--private-key", "canary", "--yes")
    assert run.code == 2
    assert "Nothing was written" in run.out
    assert "canary" not in run.said
    assert not (home / ".env").exists()
    assert world.run(*key, "--private-key", "canary", "--yes", "--anyway").code == 0
    assert dotenv_values(home / ".env")["MONGODB_ATLAS_PRIVATE_KEY"] == "canary"


def test_a_named_connection_comes_and_goes(world, sandbox, home, key):
    run = world.run(*key, "--private-key", sandbox.private_key, "--name", "shop", "--yes")
    assert run.code == 0
    file = home / "config/connections.yaml"
    assert sandbox.private_key not in file.read_text()
    assert "private_key_env: SHOP_PRIVATE_KEY" in file.read_text()
    assert world.run("check").out.startswith("shop: costs can be read")

    gone = world.run("connect", "--remove", "shop", "--yes")
    assert gone.code == 0
    assert str(world.data / "landing" / "shop") in gone.out
    assert "shop" not in file.read_text()
    assert "SHOP_PRIVATE_KEY" not in dotenv_values(home / ".env")
    assert world.run("check").code == 2


def test_nothing_is_written_or_removed_unasked(world, sandbox, home, key, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    run = world.run(*key, "--private-key", sandbox.private_key)
    assert run.code == 1
    assert "--yes" in run.err
    assert not (home / ".env").exists()


@pytest.mark.parametrize(
    ("arguments", "needle"),
    [
        (["--org-id", "5f"], "24 hex digits"),
        (["--org-id", "5" * 24, "--name", "a/b"], "letters, digits"),
        (["--org-id", "5" * 24, "--base-url", "atlas"], "--base-url must start with https"),
        (["--org-id", "5" * 24, "--public-key", "a", "--client-id", "b"], "not both"),
        (["--org-id", "5" * 24, "--public-key", "a", "--private-key", "a b"], "copy it again"),
        (["--remove", "shop"], "no connection shop"),
        ([], "Organization id is missing"),
    ],
)
def test_an_answer_that_cannot_be_used_is_one_sentence(world, home, monkeypatch, arguments, needle):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    run = world.run("connect", *arguments)
    assert run.code == 1
    assert needle in run.err.strip().splitlines()[-1]
    assert "Traceback" not in run.said
