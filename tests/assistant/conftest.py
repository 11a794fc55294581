"""A refreshed warehouse for all questions about costs; a sandbox of its own for each action."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import sandbox as sandbox_package
from tests.assistant.talking import Assistant, environment_of, talking

PASSWORD = "canary-of-a-database-user"


def require_no_secret(sandbox: Any, assistant: Assistant, errors: Path) -> None:
    """Not one of them in any answer or on standard error."""
    said = "\n".join([*assistant.heard, errors.read_text()])
    for each in (sandbox.private_key, sandbox.provisioning_private_key, PASSWORD):
        assert each not in said
    assert "Traceback" not in said


@pytest.fixture(scope="session")
def billed() -> Iterator[Any]:
    """The sandbox whose bill the warehouse holds."""
    with sandbox_package.running(seed=7, months=4, scale=1, today=date(2026, 5, 20)) as running:
        yield running


@pytest.fixture(scope="session")
def warehouse(refreshed, tmp_path_factory) -> Path:
    """A data folder that one real refresh has filled."""
    data = tmp_path_factory.mktemp("assistant") / "data"
    return Path(shutil.copytree(refreshed, data, symlinks=True))


@pytest.fixture(scope="session")
def reader(billed, warehouse, tmp_path_factory) -> Iterator[Assistant]:
    """An assistant with costs to ask for, where nothing is changed in Atlas."""
    errors = tmp_path_factory.mktemp("errors") / "stderr"
    with talking(environment_of(billed, warehouse), errors) as assistant:
        yield assistant
    require_no_secret(billed, assistant, errors)


@pytest.fixture
def assistant(sandbox, tmp_path) -> Iterator[Assistant]:
    """An assistant with a sandbox to act in, where everything is done at once."""
    sandbox.control("pace", {"seconds": 0})
    environment = environment_of(sandbox, tmp_path / "data", APP_PASSWORD=PASSWORD)
    with talking(environment, tmp_path / "stderr") as assistant:
        yield assistant
    require_no_secret(sandbox, assistant, tmp_path / "stderr")
