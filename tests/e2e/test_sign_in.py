"""Signing in with a real provider, in a browser: the workspace, the lost group, the end."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from orchestration.commands.processes import dashboard_command, running
from tests.dashboard.conftest import publish_warehouse
from tests.e2e import identity_provider
from tests.e2e.looking import chromium, free_port, needs_a_browser, settle, wait_for

pytestmark = needs_a_browser
WORKSPACES = """
ask: finops@example.com
workspaces:
  - name: shop
    groups: [shop-team]
    sees: [{project: shop}]
"""
SESSION_S = 30


@pytest.fixture
def provider() -> Iterator[identity_provider.Provider]:
    with identity_provider.running() as found:
        yield found


@pytest.fixture
def pages(tmp_path, provider, clean_environment, monkeypatch) -> Iterator[str]:
    publish_warehouse(tmp_path)
    config = tmp_path / "config"
    config.mkdir()
    (config / "workspaces.yaml").write_text(WORKSPACES)
    port = free_port()
    for name, value in {
        "DATA_DIR": str(tmp_path), "CONFIG_DIR": str(config), "OIDC_CLIENT_ID": "atlas-costs",
        "OIDC_METADATA_URL": f"{provider.url}/.well-known/openid-configuration",
        "OIDC_CLIENT_SECRET": "a secret of the client", "COOKIE_SECRET": "c" * 40,
        "PUBLIC_URL": f"http://127.0.0.1:{port}", "SESSION_HOURS": str(SESSION_S / 3600),
    }.items():  # fmt: skip
        monkeypatch.setenv(f"ATLAS_COSTS_{name}", value)
    with running(dashboard_command("127.0.0.1", port)) as [_process]:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"


def sign_in(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Sign in").click()


def test_who_signs_in_sees_the_workspace_of_a_group_until_the_session_ends(
    pages, provider, tmp_path
):
    provider.claims = {"email": "bob@example.com", "groups": ["shop-team"]}
    with chromium() as browser:
        page = browser.new_page()
        sign_in(page, pages)
        left_out = page.get_by_text("you see project shop; the rest is not in your workspace shop")
        expect(left_out).to_be_visible(timeout=30_000)
        # a page that is open goes on by itself: what it may show is asked at each run
        page.wait_for_timeout(SESSION_S * 1000)
        page.get_by_role("link", name=re.compile("Savings")).click()
        expect(page.get_by_text("Your session has ended")).to_be_visible(timeout=30_000)
        assert page.get_by_text("you see project shop").count() == 0
        provider.claims = {"email": "bob@example.com", "groups": ["another"]}
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("no workspace includes this")).to_be_visible(timeout=30_000)
        assert page.get_by_text("you see project shop").count() == 0
        provider.claims = {"email": "bob@example.com", "groups": ["shop-team"]}
        other = browser.new_context().new_page()
        sign_in(other, pages)
        expect(other.get_by_text("not in your workspace shop")).to_be_visible(timeout=30_000)
        settle(other)  # else the page may lose its workspace and its menu while it is drawn
        Path(tmp_path / "config/workspaces.yaml").write_text("ask: finops@example.com\n")
        other.get_by_role("link", name=re.compile("Savings")).click()
        expect(other.get_by_text("no workspace includes this")).to_be_visible(timeout=30_000)


def test_beyond_loopback_pages_start_only_with_a_sign_in(tmp_path, clean_environment, monkeypatch):
    from dashboard import serve, signing_in  # noqa: PLC0415
    from orchestration.settings import SettingsError  # noqa: PLC0415

    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(tmp_path))
    signing_in.identity.cache_clear()
    with pytest.raises(SettingsError, match="set up sign-in"):
        serve.application(is_beyond_loopback=True)
    monkeypatch.setenv("ATLAS_COSTS_ALLOW_ANONYMOUS", "true")
    assert serve.application(is_beyond_loopback=True)
