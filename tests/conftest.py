"""What tests of several folders share: the sandbox, recordings, and which tests build."""

import fcntl
import functools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx._transports.default as transports
import pytest

# Before anything of ours is imported, which may read settings: whoever runs the tests may have
# real organizations in config/connections.yaml, and keys in variables of any name.
OURS = ("MONGODB_ATLAS_", "ATLAS_COSTS_")
NOBODYS = {"ATLAS_COSTS_ENV_FILE": "", "ATLAS_COSTS_CONFIG_DIR": "/nonexistent/config"}
for _name in [each for each in os.environ if each.startswith(OURS)]:
    if _name != "ATLAS_COSTS_DEBUG":
        del os.environ[_name]
os.environ.update(NOBODYS)

import sandbox as sandbox_package  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# Tests make over a thousand clients of their own, and reading the public roots takes 25 ms.
transports.create_ssl_context = functools.cache(transports.create_ssl_context)

BUILDING_FOLDERS = ("e2e", "dbt")
BUILDING_FIXTURES = {"refreshed", "built", "browser"}
# What a command line builds a warehouse or serves pages with.
BUILDING_COMMANDS = {
    "dbt": {"build", "run", "seed"},
    "atlas-costs": {"refresh", "rebuild", "demo", "up"},
    Path(sys.executable).name: {"orchestration.refreshing.dbt_process"},
}
_not_building: list[str] = []
"""The test under way, unless it is marked as one that builds."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what builds, and run it first: begun last, it would run alone while others wait."""
    for item in items:
        if item.path.parent.name in BUILDING_FOLDERS or BUILDING_FIXTURES & {*item.fixturenames}:
            item.add_marker("built")
    items.sort(key=lambda item: item.get_closest_marker("built") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Know whether the test under way may build."""
    _not_building[:] = [] if item.get_closest_marker("built") else [item.nodeid]
    return (yield)


def _refuse_to_build(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen" and _not_building:
        program, *rest = map(str, arguments[1])
        if BUILDING_COMMANDS.get(Path(program).name, set()).intersection(rest):
            pytest.fail(f"{_not_building[0]} runs {Path(program).name} {rest}: mark it as `built`")


sys.addaudithook(_refuse_to_build)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with recordings and the specification, kept outside this repository."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with recordings and the specification is absent")
    return SHARED


def _four_months():
    return sandbox_package.running(seed=7, months=4, scale=1, today=date(2026, 5, 20))


@pytest.fixture
def sandbox():
    """A sandbox Atlas of its own for one test: seed 7, four months."""
    with _four_months() as running:
        yield running


def _refresh(data: Path) -> None:
    with _four_months() as atlas:
        environment = {
            "PATH": os.environ["PATH"],
            "ATLAS_COSTS_DATA_DIR": str(data),
            "ATLAS_COSTS_CONFIG_DIR": str(data.parent / "no_config"),
            "ATLAS_COSTS_ENV_FILE": "",
            "MONGODB_ATLAS_BASE_URL": atlas.base_url,
            "MONGODB_ATLAS_ORG_ID": atlas.org_id,
            "MONGODB_ATLAS_PUBLIC_KEY": atlas.public_key,
            "MONGODB_ATLAS_PRIVATE_KEY": atlas.private_key,
        }
        program = Path(sys.executable).with_name("atlas-costs")
        done = subprocess.run(
            [program, "refresh"], env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory) -> Path:
    """A data folder that one real refresh of such a sandbox has filled; to be copied.

    Made once for all workers: a refresh is forty CPU seconds, most of them dbt and Dagster.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "refreshed"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "data").exists():
            _refresh(folder / "made")
            (folder / "made").rename(folder / "data")
    return folder / "data"


@pytest.fixture
def clean_environment(monkeypatch):
    """No variable of ours, no .env and no connection from whoever runs the tests."""
    for name in [each for each in os.environ if each.startswith(OURS)]:
        if name != "ATLAS_COSTS_DEBUG":
            monkeypatch.delenv(name)
    for name, value in NOBODYS.items():
        monkeypatch.setenv(name, value)


# SQL of an assistant runs in a process without an environment: it reads no settings at all.
PROGRAMS = re.compile(
    r"(^|/)(atlas-costs|dagster|dagster-daemon)$"
    r"|^(dashboard|orchestration)\.(?!assistant\.free_sql$)"
)


@pytest.fixture(scope="session", autouse=True)
def _no_real_organization():
    """Refuse to start a program of ours that would read the checkout's own config folder."""
    start = subprocess.Popen.__init__

    def guarded(self, args, *more, **options):
        env = os.environ if options.get("env") is None else options["env"]
        words = [str(each) for each in (args if isinstance(args, (list, tuple)) else [args])]
        if any(map(PROGRAMS.search, words)) and "ATLAS_COSTS_CONFIG_DIR" not in env:
            pytest.fail(f"{words[0]} would read {ROOT / 'config'}: set ATLAS_COSTS_CONFIG_DIR")
        start(self, args, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", guarded)
        yield
