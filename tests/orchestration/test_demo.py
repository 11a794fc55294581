"""The demo knows its sandbox alone, whatever this machine has of real organizations."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from orchestration.commands import demo
from orchestration.commands.processes import Addresses
from orchestration.rules.plans import read_plans
from orchestration.settings import HOME, SettingsError, load_settings

PROGRAM = str(Path(sys.executable).with_name("atlas-costs"))
REAL = """\
connections:
  - name: shop
    org_id: 5f0000000000000000000001
    public_key_env: SHOP_PUBLIC_KEY
    private_key_env: SHOP_PRIVATE_KEY
    provisioning_public_key_env: SHOP_PUBLIC_KEY
    provisioning_private_key_env: SHOP_PRIVATE_KEY
"""


@pytest.fixture
def real_organization(tmp_path, clean_environment, monkeypatch):
    """A user's shell and checkout with a connection, whose variables have names of their own."""
    (tmp_path / "connections.yaml").write_text(REAL)
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("SHOP_PUBLIC_KEY", "abcdefgh")
    monkeypatch.setenv("SHOP_PRIVATE_KEY", "00000000-0000-0000-0000-000000000000")
    assert [each.name for each in load_settings().connections()] == ["shop"]


def enter(monkeypatch, environment: dict[str, str]) -> None:
    """Be a process that was started with this environment."""
    for name in [each for each in os.environ if each not in environment]:
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def test_no_organization_of_this_machine_is_known_in_it(real_organization, monkeypatch):
    enter(monkeypatch, demo.clean_environment())
    settings = load_settings()
    assert not settings.config_dir.is_relative_to(HOME / "config")
    assert not settings.connections_file.exists()
    assert settings.connections_for_actions() == []
    with pytest.raises(SettingsError, match="No Atlas credentials"):
        settings.connections()


def test_costs_and_actions_have_the_sandboxs_keys(real_organization, monkeypatch):
    command = [PROGRAM, "sandbox", "--port", "0", "--months", "1"]
    with subprocess.Popen(
        command, env=demo.clean_environment(), stdout=subprocess.PIPE, text=True
    ) as sandbox:
        try:
            exports = demo._exports(sandbox)
        finally:
            sandbox.terminate()
    enter(monkeypatch, {**demo.clean_environment(), **exports})
    settings = load_settings()
    [costs], actions = settings.connections(), settings.connection_for_actions(None)
    assert costs.base_url == actions.base_url == exports["MONGODB_ATLAS_BASE_URL"]
    assert costs.usable_credentials() != actions.usable_credentials()


def test_a_sandbox_that_does_not_heed_a_signal_is_killed(monkeypatch):
    monkeypatch.setattr(demo, "GRACE_S", 0.1)
    deaf = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", deaf], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as sandbox:
        assert sandbox.stdout.readline() == "\n"
        demo._end(sandbox)
    assert sandbox.returncode == -signal.SIGKILL


RECORDER = """\
#!/bin/sh
echo "$ATLAS_COSTS_CONFIG_DIR $*" >> {log}
test "$1" = statement && mkdir -p "$ATLAS_COSTS_DATA_DIR/statements"
exit {code}
"""


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """What the demo would run at a start, each with the config folder that it reads."""
    data = tmp_path / "demo"
    data.mkdir()
    monkeypatch.setattr(demo, "DEMO_DATA", data)
    log, program = tmp_path / "log", tmp_path / "recorder"

    def start(code: int = 0) -> list[str]:
        program.write_text(RECORDER.format(log=log, code=code))
        program.chmod(0o755)
        log.write_text("")
        assert demo._refresh(str(program), demo.clean_environment(), date(2026, 11, 29)) == code
        lines = [line.partition(" ") for line in log.read_text().splitlines()]
        assert {folder for folder, _, _ in lines} == {str(data / "config")}
        return [words for _, _, words in lines]

    return start


def test_the_first_start_acts_and_closes_a_month(real_organization, recorded):
    *acted, refreshed, closed, again = recorded()
    assert sorted(each.split()[:2] for each in acted) == [
        ["do", "create_snapshot"],
        ["do", "update_cluster"],
    ]
    assert [refreshed, closed, again] == ["refresh", "statement close 2026-09", "refresh"]
    assert recorded() == ["refresh"]


def test_without_a_refresh_nothing_is_closed(recorded):
    *_, last = recorded(code=1)
    assert last == "refresh"


def test_it_plans_with_files_of_its_own(real_organization, tmp_path, monkeypatch):
    """The operator's are neither read nor changed."""
    mine = tmp_path / "budgets.yaml"
    mine.write_text("budgets: [{name: mine, monthly: 1}]")
    monkeypatch.setattr(demo, "DEMO_DATA", tmp_path / "demo")

    @contextmanager
    def no_sandbox(_program):
        yield {}

    monkeypatch.setattr(demo, "_sandbox", no_sandbox)
    monkeypatch.setattr(demo, "_refresh", lambda *_: 0)
    assert demo.demo(once=True, at=Addresses("127.0.0.1", 8501, 3000)) == 0
    enter(monkeypatch, demo.clean_environment())
    names = {each.name for each in read_plans(load_settings()).budgets}
    assert "company" in names
    assert "mine" not in names
    assert mine.read_text() == "budgets: [{name: mine, monthly: 1}]"
