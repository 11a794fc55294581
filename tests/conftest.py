"""What tests of several folders share: the sandbox, and the team's folder of recordings."""

import fcntl
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import sandbox as sandbox_package

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that build warehouses first: begun last, one would run alone while others wait."""
    items.sort(key=lambda item: item.path.parent.name not in ("e2e", "dbt"))


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
    """No variable of ours and no .env from whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(("MONGODB_ATLAS_", "ATLAS_COSTS_")) and name != "ATLAS_COSTS_DEBUG":
            monkeypatch.delenv(name)
    monkeypatch.setenv("ATLAS_COSTS_ENV_FILE", "")
