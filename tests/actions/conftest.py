"""A user's shell with a key for actions, and an Atlas that is ready at once."""

import logging
import secrets
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

import pytest

import sandbox as sandbox_package
from orchestration import acting
from orchestration.atlas.client import RetryPolicy
from sandbox import RunningSandbox
from tests.actions.running import Key, apply

TODAY = date(2026, 11, 22)
SignIn = Callable[[Key], None]


@pytest.fixture(autouse=True)
def shell(tmp_path, clean_environment, monkeypatch) -> Iterator[SignIn]:
    """An empty data folder, no key yet; what Atlas could not answer is asked for again at once."""
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(tmp_path / "config"))
    at_once = RetryPolicy(attempts=2, initial_wait_s=0, jitter_s=0)
    monkeypatch.setattr(acting, "new_client", partial(acting.new_client, retries=at_once))

    def sign_in(key: Key) -> None:
        for name, value in key.variables.items():
            monkeypatch.setenv(name, value)

    yield sign_in
    logging.getLogger("atlas_costs").handlers = []


@pytest.fixture(scope="module")
def shared_atlas() -> Iterator[RunningSandbox]:
    """One sandbox for a module's tests, at the greatest pace; each makes what it needs in it."""
    with sandbox_package.running(seed=7, months=1, today=TODAY, pace=0) as running:
        yield running


@pytest.fixture
def atlas(shared_atlas, shell) -> RunningSandbox:
    """The module's sandbox without faults, signed in with all roles."""
    key = Key(
        shared_atlas.base_url,
        shared_atlas.org_id,
        shared_atlas.provisioning_public_key,
        shared_atlas.provisioning_private_key,
    )
    shell(key)
    return shared_atlas


@pytest.fixture
def project(atlas) -> str:
    """The id of a new project in it."""
    made = apply("create_project", name=f"test-{secrets.token_hex(4)}")
    assert made.outcome == "applied", made.error
    return made.atlas_ids["project_id"]
