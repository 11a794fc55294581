"""People who are signed in, for tests: who they are is what a proxy or a provider would say."""

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard import signing_in
from dashboard.signing_in import PROXY_EMAIL, Visitor
from orchestration.workspaces.model import Person

WORKSPACES = """
ask: finops@example.com
administrators:
  people: [ada@example.com]
workspaces:
  - name: shop
    people: [bob@example.com]
    may_act: {people: [sue@example.com]}
    sees: [{project: shop}]
    budgets: [shop]
  - name: data
    domains: [data.example.com]
    groups: [data-team]
    sees: [{tag:team: data}]
  - name: backups
    people: [bob@example.com]
    sees:
      - {service: Backup}
"""


@contextmanager
def signed_in(email: str, workspace: str = "", *groups: str) -> Iterator[None]:
    """The questions of a page as somebody asks them."""
    person = Person(email, frozenset(groups))
    token = signing_in._visitor.set(Visitor(person, workspace))
    try:
        yield
    finally:
        signing_in._visitor.reset(token)


def behind_a_proxy(
    monkeypatch: pytest.MonkeyPatch, directory: Path, workspaces: str = WORKSPACES
) -> Path:
    """Switches sign-in on; the file of workspaces."""
    config = directory / "config"
    config.mkdir(exist_ok=True)
    file = config / "workspaces.yaml"
    file.write_text(textwrap.dedent(workspaces))
    monkeypatch.setenv("ATLAS_COSTS_CONFIG_DIR", str(config))
    monkeypatch.setenv("ATLAS_COSTS_TRUSTED_HEADER", "X-Forwarded-Email")
    monkeypatch.setenv("ATLAS_COSTS_TRUSTED_PROXIES", "127.0.0.1")
    signing_in.identity.cache_clear()
    return file


def as_proxied(email: str) -> dict[str, object]:
    """What st.user has of somebody whom the proxy names."""
    return {PROXY_EMAIL: email}
