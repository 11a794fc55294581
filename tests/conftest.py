"""What tests of several folders share: the sandbox, and the team's folder of recordings."""

import os
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


@pytest.fixture
def sandbox():
    """A sandbox Atlas of its own for one test: seed 7, four months."""
    with sandbox_package.running(seed=7, months=4, scale=1, today=date(2026, 5, 20)) as running:
        yield running


@pytest.fixture
def clean_environment(monkeypatch):
    """No variable of ours and no .env from whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith(("MONGODB_ATLAS_", "ATLAS_COSTS_")) and name != "ATLAS_COSTS_DEBUG":
            monkeypatch.delenv(name)
    monkeypatch.setenv("ATLAS_COSTS_ENV_FILE", "")
