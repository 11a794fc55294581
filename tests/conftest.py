"""What tests of several folders share: the sandbox, recordings, and which tests build."""

import atexit
import fcntl
import functools
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
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

# DuckDB's binding tells of objects that live to the end of a process, which is no fault of a test;
# a worker's exit code means nothing, and what was registered later still runs before this.
if "PYTEST_XDIST_WORKER" in os.environ:
    atexit.register(os._exit, 0)

import sandbox as sandbox_package  # noqa: E402
from tests import forked_dbt  # noqa: E402
from tests.wide import WIDE  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"

# Tests make over a thousand clients of their own, and reading the public roots takes 25 ms.
transports.create_ssl_context = functools.cache(transports.create_ssl_context)

BUILDING_FOLDERS = ("e2e", "dbt")
BUILDING_FIXTURES = {"refreshed", "showcase", "built", "browser"}
# What a command line builds a warehouse or serves pages with.
BUILDING_COMMANDS = {
    "dbt": {"build", "run", "seed"},
    "atlas-costs": {"refresh", "rebuild", "demo", "up"},
    Path(sys.executable).name: {"orchestration.refreshing.dbt_process", "tests.showcase"},
}
# Begun first, longest first: begun last, one would run alone while the other workers wait.
# The second makes the showcase: made in the middle, two workers would wait for it, 94 s in one run.
HEAVIEST = (
    "test_incremental", "test_phone", "test_faults", "test_kill", "test_refresh", "test_identities",
)  # fmt: skip
# Five seconds or more each, together two thirds of what builds nothing: a process for each
# question, a real wait for Atlas, a recording acted out, a page drawn, documents made up.
LONG = {
    "actions": {
        "test_declarative",
        "test_interrupting",
        "test_lagging_reads",
        "test_matrix",
        "test_matrix_backups",
        "test_matrix_waiting",
        "test_monk_defects",
        "test_price_preview",
        "test_recordings",
    },
    "assistant": {"test_actions", "test_free_sql", "test_protocol"},
    "atlas": {"test_deadlines", "test_reports"},
    "dashboard": {"test_downloads", "test_exposures", "test_pages"},
    "orchestration": {
        "test_advice",
        "test_dagster_home",
        "test_dagster_postgres",
        "test_dagster_ui",
        "test_doctor",
        "test_event_log",
        "test_hostile_invoices",
        "test_housekeeping",
        "test_lake",
        "test_lake_refusals",
        "test_lock",
        "test_publish",
        "test_raw",
        "test_raw_actions",
        "test_raw_connections",
        "test_raw_inventory",
        "test_raw_payments",
        "test_recordings",
        "test_report_command",
        "test_retirement",
        "test_statements",
        "test_typed_secrets",
    },
    "insight": {"test_anomaly_quality"},
    "properties": {
        "test_allocation",
        "test_cutting",
        "test_inventory",
        "test_loading",
        "test_marts",
    },
    "reporting": {"test_documents", "test_files"},
    "sandbox": {
        "test_anomalies",
        "test_clock",
        "test_faults",
        "test_generation",
        "test_reports",
        "test_restating",
        "test_specification",
    },
    "telling": {"test_delivery"},
}
_not_building: list[str] = []
"""The test under way, unless it is marked as one that builds."""


def pytest_configure() -> None:
    """One process forks dbt for all workers and what they start: each would parse for 14 s."""
    os.environ.setdefault(forked_dbt.SHARED, str(forked_dbt.program()))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what builds and what is long, and put them first."""
    for item in items:
        folder = item.path.parent.name
        if folder in BUILDING_FOLDERS or BUILDING_FIXTURES & {*item.fixturenames}:
            item.add_marker("built")
        if item.path.stem in LONG.get(folder, ()):
            item.add_marker("long")
        if any(re.search(each, item.nodeid) for each in WIDE):
            item.add_marker("wide")
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.path.stem in HEAVIEST and item.path.parent.name in BUILDING_FOLDERS:
        return HEAVIEST.index(item.path.stem)
    marks = [item.get_closest_marker(each) is not None for each in ("built", "long")]
    return len(HEAVIEST) + [*marks, True].index(True)


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


def environment_of(data: Path, atlas: sandbox_package.RunningSandbox) -> dict[str, str]:
    """What a command needs to read this sandbox into this folder, and nothing else."""
    return {
        "PATH": os.environ["PATH"],
        "ATLAS_COSTS_DATA_DIR": str(data),
        "ATLAS_COSTS_CONFIG_DIR": str(data.parent / "no_config"),
        "ATLAS_COSTS_ENV_FILE": "",
        **atlas.environment(),
    }


def _refresh(data: Path) -> None:
    with _four_months() as atlas:
        environment = environment_of(data, atlas)
        program = Path(sys.executable).with_name("atlas-costs")
        done = subprocess.run(
            [program, "refresh"], env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 0, done.stdout + done.stderr


def made_once(paths: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first worker that wants it makes for all of them."""
    own = paths.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "data").exists():
            make(folder / "made")
            (folder / "made").rename(folder / "data")
    return folder / "data"


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory) -> Path:
    """A data folder that one real refresh of such a sandbox has filled; to be copied.

    Made once for all workers: a refresh is forty CPU seconds, most of them dbt and Dagster.
    """
    return made_once(tmp_path_factory, "refreshed", _refresh)


def _show(data: Path) -> None:
    command = [sys.executable, "-m", "tests.showcase", str(data), "2026-05-20"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def showcase(tmp_path_factory) -> Path:
    """A data folder with something for every page, of 20 May 2026; to be read, or copied.

    Made once for all workers: see tests/showcase.py for what is in it.
    """
    return made_once(tmp_path_factory, "showcase", _show)


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
