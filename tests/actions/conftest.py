"""A user's shell with a key for actions, and an Atlas that is ready at once."""

import logging
import secrets
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from urllib.request import Request, urlopen

import pytest

import sandbox as sandbox_package
from orchestration.action_runs import runner as acting
from orchestration.atlas.client import RetryPolicy
from sandbox import RunningSandbox
from tests.actions.cases import PASSWORD, Stage
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


def costs_key(sandbox: RunningSandbox) -> Key:
    """Of somebody else, who owns whatever was there before."""
    return Key(sandbox.base_url, sandbox.org_id, sandbox.public_key, sandbox.private_key)


def provisioning_key(sandbox: RunningSandbox) -> Key:
    """The one that actions use."""
    name, secret = sandbox.provisioning_public_key, sandbox.provisioning_private_key
    return Key(sandbox.base_url, sandbox.org_id, name, secret)


def clear_faults(sandbox: RunningSandbox) -> None:
    """Let nothing go wrong any more."""
    urlopen(Request(f"{sandbox.base_url}/sandbox/faults", method="DELETE")).close()


@pytest.fixture
def atlas(shared_atlas, shell, monkeypatch) -> Iterator[RunningSandbox]:
    """The module's sandbox, signed in with all roles; faults and pace last as long as the test."""
    shell(provisioning_key(shared_atlas))
    monkeypatch.setenv(PASSWORD, "correct horse battery staple")
    yield shared_atlas
    shared_atlas.control("pace", {"seconds": 0})
    shared_atlas.control("keys", {"key": "provisioning", "roles": ["ORG_OWNER"]})
    clear_faults(shared_atlas)


@pytest.fixture
def new_stage(atlas, shell) -> Callable[[], Stage]:
    """Makes projects in it that belong to somebody else: roles alone let us work in them."""

    def make() -> Stage:
        shell(costs_key(atlas))
        name = f"test-{secrets.token_hex(4)}"
        made = apply("create_project", name=name)
        assert made.outcome == "applied", made.error
        shell(provisioning_key(atlas))
        return Stage(atlas, made.atlas_ids["project_id"], name)

    return make


@pytest.fixture
def stage(new_stage) -> Stage:
    """One such project."""
    return new_stage()
